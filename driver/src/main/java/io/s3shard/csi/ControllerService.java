package io.s3shard.csi;

import com.google.protobuf.Int64Value;
import io.grpc.stub.StreamObserver;
import io.s3shard.error.InvalidRequest;
import io.s3shard.host.FileSystem;
import io.s3shard.proto.csi.v1.ControllerExpandVolumeRequest;
import io.s3shard.proto.csi.v1.ControllerExpandVolumeResponse;
import io.s3shard.proto.csi.v1.ControllerGetCapabilitiesRequest;
import io.s3shard.proto.csi.v1.ControllerGetCapabilitiesResponse;
import io.s3shard.proto.csi.v1.ControllerGetVolumeRequest;
import io.s3shard.proto.csi.v1.ControllerGetVolumeResponse;
import io.s3shard.proto.csi.v1.ControllerGrpc;
import io.s3shard.proto.csi.v1.ControllerModifyVolumeRequest;
import io.s3shard.proto.csi.v1.ControllerModifyVolumeResponse;
import io.s3shard.proto.csi.v1.ControllerPublishVolumeRequest;
import io.s3shard.proto.csi.v1.ControllerPublishVolumeResponse;
import io.s3shard.proto.csi.v1.ControllerServiceCapability;
import io.s3shard.proto.csi.v1.ControllerServiceCapability.RPC;
import io.s3shard.proto.csi.v1.ControllerUnpublishVolumeRequest;
import io.s3shard.proto.csi.v1.ControllerUnpublishVolumeResponse;
import io.s3shard.proto.csi.v1.CreateSnapshotRequest;
import io.s3shard.proto.csi.v1.CreateSnapshotResponse;
import io.s3shard.proto.csi.v1.CreateVolumeRequest;
import io.s3shard.proto.csi.v1.CreateVolumeResponse;
import io.s3shard.proto.csi.v1.DeleteSnapshotRequest;
import io.s3shard.proto.csi.v1.DeleteSnapshotResponse;
import io.s3shard.proto.csi.v1.DeleteVolumeRequest;
import io.s3shard.proto.csi.v1.DeleteVolumeResponse;
import io.s3shard.proto.csi.v1.GetCapacityRequest;
import io.s3shard.proto.csi.v1.GetCapacityResponse;
import io.s3shard.proto.csi.v1.GetSnapshotRequest;
import io.s3shard.proto.csi.v1.GetSnapshotResponse;
import io.s3shard.proto.csi.v1.ListSnapshotsRequest;
import io.s3shard.proto.csi.v1.ListSnapshotsResponse;
import io.s3shard.proto.csi.v1.ListVolumesRequest;
import io.s3shard.proto.csi.v1.ListVolumesResponse;
import io.s3shard.proto.csi.v1.ValidateVolumeCapabilitiesRequest;
import io.s3shard.proto.csi.v1.ValidateVolumeCapabilitiesResponse;
import io.s3shard.proto.v1.StoreLocation;
import io.s3shard.rpc.Unary;
import io.s3shard.volume.DriverHome;
import io.s3shard.volume.VolumeLimits;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * CSI for volumes as a whole. Each call looks at its fields, then whether there is such a volume,
 * then at the state of things, in this order. It holds no state: any number may run side by side.
 * Two calls for one volume are not carried out at once by one of them, and in the bucket the
 * volume's log decides.
 */
public final class ControllerService extends ControllerGrpc.ControllerImplBase {
  private static final List<RPC.Type> CAPABILITIES =
      List.of(
          RPC.Type.CREATE_DELETE_VOLUME,
          RPC.Type.PUBLISH_UNPUBLISH_VOLUME,
          RPC.Type.LIST_VOLUMES,
          RPC.Type.GET_CAPACITY,
          RPC.Type.CREATE_DELETE_SNAPSHOT,
          RPC.Type.LIST_SNAPSHOTS,
          RPC.Type.CLONE_VOLUME,
          RPC.Type.PUBLISH_READONLY,
          RPC.Type.EXPAND_VOLUME,
          RPC.Type.LIST_VOLUMES_PUBLISHED_NODES,
          RPC.Type.GET_VOLUME,
          RPC.Type.SINGLE_NODE_MULTI_WRITER,
          RPC.Type.MODIFY_VOLUME,
          RPC.Type.GET_SNAPSHOT);

  /** There is no end to a bucket; what a file system on it is told, too: 1 PiB. */
  private static final long FREE_BYTES = 1L << 50;

  private final StoreLocation standard;
  private final InFlight inFlight = new InFlight();
  private final Provisioner provisioner;
  private final Attacher attacher;
  private final VolumeListing volumes;
  private final SnapshotTaker snapshots;
  private final SnapshotListing snapshotList;

  /**
   * @param standard the place of volumes whose class names no bucket
   */
  public ControllerService(
      StoreLocation standard, DriverHome home, Stores stores, Buckets buckets) {
    this.standard = standard;
    this.provisioner = new Provisioner(stores, buckets);
    this.attacher = new Attacher(home, stores, buckets);
    this.volumes = new VolumeListing(home, stores, buckets);
    this.snapshots = new SnapshotTaker(home.snapshots(), home.groups(), stores, buckets);
    this.snapshotList = new SnapshotListing(home.snapshots(), stores, buckets);
  }

  @Override
  public void createVolume(
      CreateVolumeRequest request, StreamObserver<CreateVolumeResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          VolumeClaim claim = VolumeClaim.of(request, standard);
          var made = inFlight.run("name " + claim.name(), () -> provisioner.create(claim));
          return CreateVolumeResponse.newBuilder().setVolume(shown(made)).build();
        });
  }

  private static io.s3shard.proto.csi.v1.Volume shown(Provisioner.Provisioned made) {
    return Shown.volume(made.store(), made.volume());
  }

  @Override
  public void deleteVolume(
      DeleteVolumeRequest request, StreamObserver<DeleteVolumeResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          String id = Requires.present("volume_id", request.getVolumeId());
          Secrets secrets = Secrets.of(request.getSecretsMap());
          VolumeHandle.parse(id)
              .ifPresent(handle -> run(id, () -> provisioner.delete(handle, secrets)));
          return DeleteVolumeResponse.getDefaultInstance();
        });
  }

  private void run(String key, Runnable body) {
    inFlight.run(
        key,
        () -> {
          body.run();
          return true;
        });
  }

  @Override
  public void controllerPublishVolume(
      ControllerPublishVolumeRequest request,
      StreamObserver<ControllerPublishVolumeResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          Requires.present("volume_id", request.getVolumeId());
          Requires.node(request.getNodeId());
          Requires.small("volume_context", request.getVolumeContextMap());
          Access.require(request.getVolumeCapability());
          VolumeHandle handle = Requires.handle(request.getVolumeId());
          Secrets secrets = Secrets.of(request.getSecretsMap());
          var mode = Access.attachMode(request.getVolumeCapability(), request.getReadonly());
          Map<String, String> context =
              inFlight.run(
                  request.getVolumeId(),
                  () -> attacher.publish(handle, request.getNodeId(), mode, secrets));
          return ControllerPublishVolumeResponse.newBuilder().putAllPublishContext(context).build();
        });
  }

  @Override
  public void controllerUnpublishVolume(
      ControllerUnpublishVolumeRequest request,
      StreamObserver<ControllerUnpublishVolumeResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          String id = Requires.present("volume_id", request.getVolumeId());
          if (!request.getNodeId().isEmpty()) {
            Requires.node(request.getNodeId());
          }
          Secrets secrets = Secrets.of(request.getSecretsMap());
          VolumeHandle.parse(id)
              .ifPresent(handle ->
                  run(id, () -> attacher.unpublish(handle, request.getNodeId(), secrets)));
          return ControllerUnpublishVolumeResponse.getDefaultInstance();
        });
  }

  @Override
  public void validateVolumeCapabilities(
      ValidateVolumeCapabilitiesRequest request,
      StreamObserver<ValidateVolumeCapabilitiesResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          Requires.present("volume_id", request.getVolumeId());
          Access.wellFormed(request.getVolumeCapabilitiesList());
          Requires.small("volume_context", request.getVolumeContextMap());
          VolumeHandle handle = Requires.handle(request.getVolumeId());
          provisioner.get(handle, Secrets.of(request.getSecretsMap()));
          return validated(request);
        });
  }

  private ValidateVolumeCapabilitiesResponse validated(ValidateVolumeCapabilitiesRequest request) {
    Optional<String> problem =
        request.getVolumeCapabilitiesList().stream()
            .flatMap(capability -> Access.whyNot(capability).stream())
            .findFirst()
            .or(() -> problem(request.getParametersMap(), request.getMutableParamsMap()));
    ValidateVolumeCapabilitiesResponse.Builder answer =
        ValidateVolumeCapabilitiesResponse.newBuilder();
    if (problem.isPresent()) {
      return answer.setMessage(problem.get()).build();
    }
    answer
        .getConfirmedBuilder()
        .putAllVolumeContext(request.getVolumeContextMap())
        .addAllVolumeCapabilities(request.getVolumeCapabilitiesList())
        .putAllParameters(request.getParametersMap())
        .putAllMutableParams(request.getMutableParamsMap());
    return answer.build();
  }

  /** What is wrong with the parameters; empty: nothing. */
  private Optional<String> problem(Map<String, String> parameters, Map<String, String> mutable) {
    try {
      VolumeClass.of(parameters, mutable, standard);
      return Optional.empty();
    } catch (InvalidRequest e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void listVolumes(ListVolumesRequest request, StreamObserver<ListVolumesResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          Requires.entries(request.getMaxEntries());
          return volumes.list(request.getMaxEntries(), request.getStartingToken());
        });
  }

  @Override
  public void getCapacity(GetCapacityRequest request, StreamObserver<GetCapacityResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          request.getVolumeCapabilitiesList().forEach(Requires::capability);
          boolean possible =
              request.getVolumeCapabilitiesList().stream()
                      .allMatch(capability -> Access.whyNot(capability).isEmpty())
                  && problem(request.getParametersMap(), Map.of()).isEmpty();
          return GetCapacityResponse.newBuilder()
              .setAvailableCapacity(possible ? FREE_BYTES : 0)
              .setMaximumVolumeSize(Int64Value.of(VolumeLimits.SIZE_MAX_BYTES))
              .setMinimumVolumeSize(Int64Value.of(FileSystem.EXT4.smallestBytes()))
              .build();
        });
  }

  @Override
  public void controllerGetCapabilities(
      ControllerGetCapabilitiesRequest request,
      StreamObserver<ControllerGetCapabilitiesResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          ControllerGetCapabilitiesResponse.Builder all =
              ControllerGetCapabilitiesResponse.newBuilder();
          CAPABILITIES.forEach(type ->
              all.addCapabilities(
                  ControllerServiceCapability.newBuilder().setRpc(RPC.newBuilder().setType(type))));
          return all.build();
        });
  }

  @Override
  public void createSnapshot(
      CreateSnapshotRequest request, StreamObserver<CreateSnapshotResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          String name = Requires.present("name", request.getName());
          String source = Requires.present("source_volume_id", request.getSourceVolumeId());
          Parameters.of("parameters", request.getParametersMap(), List.of());
          VolumeHandle handle = Requires.handle(source);
          Secrets secrets = Secrets.of(request.getSecretsMap());
          var taken =
              inFlight.run("snapshot " + name, () -> snapshots.create(name, handle, secrets));
          return CreateSnapshotResponse.newBuilder().setSnapshot(taken).build();
        });
  }

  @Override
  public void deleteSnapshot(
      DeleteSnapshotRequest request, StreamObserver<DeleteSnapshotResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          String id = Requires.present("snapshot_id", request.getSnapshotId());
          Secrets secrets = Secrets.of(request.getSecretsMap());
          SnapshotHandle.parse(id)
              .ifPresent(handle -> run(id, () -> snapshots.delete(handle, secrets)));
          return DeleteSnapshotResponse.getDefaultInstance();
        });
  }

  @Override
  public void listSnapshots(
      ListSnapshotsRequest request, StreamObserver<ListSnapshotsResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          Requires.entries(request.getMaxEntries());
          Requires.optional("snapshot_id", request.getSnapshotId());
          Requires.optional("source_volume_id", request.getSourceVolumeId());
          return snapshotList.list(request, Secrets.of(request.getSecretsMap()));
        });
  }

  @Override
  public void getSnapshot(GetSnapshotRequest request, StreamObserver<GetSnapshotResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          String id = Requires.present("snapshot_id", request.getSnapshotId());
          return GetSnapshotResponse.newBuilder()
              .setSnapshot(snapshotList.get(id, Secrets.of(request.getSecretsMap())))
              .build();
        });
  }

  @Override
  public void controllerExpandVolume(
      ControllerExpandVolumeRequest request,
      StreamObserver<ControllerExpandVolumeResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          String id = Requires.present("volume_id", request.getVolumeId());
          if (!request.hasCapacityRange()) {
            throw new InvalidRequest("capacity_range is missing");
          }
          Capacity capacity = Capacity.of(request.getCapacityRange());
          VolumeHandle handle = Requires.handle(id);
          Secrets secrets = Secrets.of(request.getSecretsMap());
          var grown = inFlight.run(id, () -> provisioner.expand(handle, capacity, secrets));
          return ControllerExpandVolumeResponse.newBuilder()
              .setCapacityBytes(grown.volume().state().sizeBytes())
              // loop device and file system are a node's to grow, now or at the next stage
              .setNodeExpansionRequired(true)
              .build();
        });
  }

  @Override
  public void controllerGetVolume(
      ControllerGetVolumeRequest request, StreamObserver<ControllerGetVolumeResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          Requires.present("volume_id", request.getVolumeId());
          var found = provisioner.get(Requires.handle(request.getVolumeId()), Secrets.NONE);
          return ControllerGetVolumeResponse.newBuilder()
              .setVolume(shown(found))
              .setStatus(
                  ControllerGetVolumeResponse.VolumeStatus.newBuilder()
                      .addAllPublishedNodeIds(found.volume().state().attachments().keySet()))
              .build();
        });
  }

  @Override
  public void controllerModifyVolume(
      ControllerModifyVolumeRequest request,
      StreamObserver<ControllerModifyVolumeResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          String id = Requires.present("volume_id", request.getVolumeId());
          Tuning tuning =
              Tuning.of(
                  Parameters.of("mutable_parameters", request.getMutableParamsMap(), Tuning.KEYS));
          VolumeHandle handle = Requires.handle(id);
          Secrets secrets = Secrets.of(request.getSecretsMap());
          run(id, () -> provisioner.modify(handle, tuning, secrets));
          return ControllerModifyVolumeResponse.getDefaultInstance();
        });
  }
}
