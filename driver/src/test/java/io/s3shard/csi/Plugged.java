package io.s3shard.csi;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.s3shard.execution.Execution;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.proto.csi.v1.CreateVolumeRequest;
import io.s3shard.proto.csi.v1.VolumeCapability;
import io.s3shard.proto.shardd.v1.Credentials;
import io.s3shard.proto.v1.NodeEntry;
import io.s3shard.proto.v1.StoreLocation;
import io.s3shard.store.ListedObject;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.volume.DriverHome;
import io.s3shard.volume.Volumes;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A controller over buckets in memory: one for the home prefix, one for the volumes. */
final class Plugged {
  static final StoreLocation PLACE =
      StoreLocation.newBuilder().setBucket("bucket").setPrefix("volumes").build();

  final MemoryStore homeBucket = new MemoryStore();
  final MemoryStore bucket = new MemoryStore();
  final Execution execution = new ThreadExecution();
  final DriverHome home;
  final Volumes volumes;
  final Stores stores;
  final Buckets buckets;
  final ControllerService controller;
  final GroupControllerService groups;

  Plugged() {
    this(store -> store);
  }

  /** {@code around}: what is put around both buckets. */
  Plugged(UnaryOperator<ObjectStore> around) {
    this.home = new DriverHome(around.apply(homeBucket));
    for (String node : List.of("node-a", "node-b")) {
      home.register(NodeEntry.newBuilder().setNodeId(node).setMaxVolumes(1000).build());
    }
    this.volumes = new Volumes(around.apply(bucket), execution, "s3://bucket/volumes");
    this.stores = new OneStore(home);
    this.buckets = new OneBucket(volumes);
    this.controller = new ControllerService(PLACE, home, stores, buckets);
    this.groups = new GroupControllerService(home, stores, buckets);
  }

  private record OneStore(DriverHome home) implements Stores {
    @Override
    public Optional<StoreLocation> find(String hash) {
      return hash.equals(DriverHome.hash(PLACE)) ? Optional.of(PLACE) : Optional.empty();
    }

    @Override
    public void register(StoreLocation place) {
      if (home.store(DriverHome.hash(place)).isEmpty()) {
        home.register(place);
      }
    }
  }

  private record OneBucket(Volumes volumes) implements Buckets {
    @Override
    public <T> T in(StoreLocation place, Credentials credentials, Function<Volumes, T> body) {
      return body.apply(volumes);
    }

    @Override
    public <T> T enter(StoreLocation place, Credentials credentials, Function<Volumes, T> body) {
      return body.apply(volumes);
    }
  }

  /** Carries out one call; its answer, or what it was refused with. */
  static <Q, A> A call(BiConsumer<Q, StreamObserver<A>> method, Q request) {
    CompletableFuture<A> answer = new CompletableFuture<>();
    method.accept(
        request,
        new StreamObserver<>() {
          @Override
          public void onNext(A value) {
            answer.complete(value);
          }

          @Override
          public void onError(Throwable failure) {
            answer.completeExceptionally(failure);
          }

          @Override
          public void onCompleted() {}
        });
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw (StatusRuntimeException) e.getCause();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The code of one call. */
  static <Q, A> Status.Code code(BiConsumer<Q, StreamObserver<A>> method, Q request) {
    try {
      call(method, request);
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }

  static VolumeCapability mounted() {
    VolumeCapability.Builder capability = VolumeCapability.newBuilder();
    capability.getMountBuilder();
    capability
        .getAccessModeBuilder()
        .setMode(VolumeCapability.AccessMode.Mode.SINGLE_NODE_MULTI_WRITER);
    return capability.build();
  }

  static CreateVolumeRequest.Builder wanted(String name) {
    CreateVolumeRequest.Builder wanted =
        CreateVolumeRequest.newBuilder().setName(name).addVolumeCapabilities(mounted());
    wanted.getCapacityRangeBuilder().setRequiredBytes(1L << 30);
    return wanted;
  }

  String create(String name) {
    return call(controller::createVolume, wanted(name).build()).getVolume().getVolumeId();
  }

  /** The keys of a bucket below {@code prefix}. */
  static List<String> keys(MemoryStore bucket, String prefix) {
    return bucket.list(prefix, null, 1000, Purpose.MAP).stream()
        .map(ListedObject::key)
        .map(Object::toString)
        .toList();
  }
}
