package io.s3shard.shardd;

import io.grpc.stub.StreamObserver;
import io.s3shard.image.ImageStatus;
import io.s3shard.proto.shardd.v1.CloseVolumeRequest;
import io.s3shard.proto.shardd.v1.CloseVolumeResponse;
import io.s3shard.proto.shardd.v1.FlushVolumeRequest;
import io.s3shard.proto.shardd.v1.FlushVolumeResponse;
import io.s3shard.proto.shardd.v1.GetHealthRequest;
import io.s3shard.proto.shardd.v1.GetHealthResponse;
import io.s3shard.proto.shardd.v1.ListVolumesRequest;
import io.s3shard.proto.shardd.v1.ListVolumesResponse;
import io.s3shard.proto.shardd.v1.OpenVolume;
import io.s3shard.proto.shardd.v1.OpenVolumeRequest;
import io.s3shard.proto.shardd.v1.OpenVolumeResponse;
import io.s3shard.proto.shardd.v1.ResizeVolumeRequest;
import io.s3shard.proto.shardd.v1.ResizeVolumeResponse;
import io.s3shard.proto.shardd.v1.SharddGrpc;
import io.s3shard.proto.v1.StoreLocation;
import io.s3shard.rpc.Unary;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The daemon's service: translates, and delegates to {@link ServedVolumes}. */
public final class SharddService extends SharddGrpc.SharddImplBase {
  private final ServedVolumes volumes;
  private final String version;
  private final BooleanSupplier held;

  /**
   * @param held whether somebody keeps the descriptors
   */
  public SharddService(ServedVolumes volumes, String version, BooleanSupplier held) {
    this.volumes = volumes;
    this.version = version;
    this.held = held;
  }

  @Override
  public void openVolume(OpenVolumeRequest request, StreamObserver<OpenVolumeResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          ServedVolume served = volumes.open(request);
          return OpenVolumeResponse.newBuilder()
              .setPath(served.file().toString())
              .setSizeBytes(served.opened().image().sizeBytes())
              .build();
        });
  }

  @Override
  public void closeVolume(CloseVolumeRequest request, StreamObserver<CloseVolumeResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          volumes.close(request.getHandle());
          return CloseVolumeResponse.getDefaultInstance();
        });
  }

  @Override
  public void resizeVolume(
      ResizeVolumeRequest request, StreamObserver<ResizeVolumeResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          long size = volumes.require(request.getHandle()).grow(request.getSizeBytes());
          return ResizeVolumeResponse.newBuilder().setSizeBytes(size).build();
        });
  }

  @Override
  public void flushVolume(FlushVolumeRequest request, StreamObserver<FlushVolumeResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          volumes.require(request.getHandle()).opened().image().flush();
          return FlushVolumeResponse.getDefaultInstance();
        });
  }

  @Override
  public void listVolumes(ListVolumesRequest request, StreamObserver<ListVolumesResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          ListVolumesResponse.Builder list = ListVolumesResponse.newBuilder();
          volumes.slots().stream()
              .filter(s -> request.getHandle().isEmpty() || request.getHandle().equals(s.handle()))
              .forEach(slot -> list.addVolumes(shown(slot)));
          return list.build();
        });
  }

  @Override
  public void getHealth(GetHealthRequest request, StreamObserver<GetHealthResponse> caller) {
    Unary.answer(
        caller,
        () ->
            GetHealthResponse.newBuilder()
                .setVersion(version)
                .setReady(volumes.ready())
                .setVolumes(volumes.slots().size())
                .setHeld(held.getAsBoolean())
                .build());
  }

  private static OpenVolume shown(Slot slot) {
    OpenVolume.Builder shown =
        OpenVolume.newBuilder()
            .setHandle(slot.handle())
            .setVolumeId(slot.request().getVolumeId())
            .setReadOnly(slot.request().getReadOnly())
            .setPlace(place(slot.request().getPlace()))
            .setProblem(slot.failure());
    @Nullable ServedVolume served = slot.served();
    if (served == null) {
      return shown
          .setState(slot.hasFailed() ? OpenVolume.State.FAILED : OpenVolume.State.OPENING)
          .build();
    }
    Supplier<ImageStatus> status = served.opened().status();
    ImageStatus now = status.get();
    return shown
        .setPath(served.file().toString())
        .setState(slot.isClosing() ? OpenVolume.State.CLOSING : state(now.state()))
        .setSizeBytes(now.sizeBytes())
        .setDirtyBytes(now.arenaBytes())
        .setOldestDirtyMillis(now.oldestDirty().toMillis())
        .setOutageMillis(served.opened().away().get().toMillis())
        .build();
  }

  private static String place(StoreLocation place) {
    String bucket = "s3://" + place.getBucket() + "/" + place.getPrefix();
    return place.getEndpoint().isEmpty() ? bucket : bucket + " at " + place.getEndpoint();
  }

  private static OpenVolume.State state(String state) {
    return switch (state) {
      case "held" -> OpenVolume.State.HELD;
      case "poisoned" -> OpenVolume.State.POISONED;
      case "fenced" -> OpenVolume.State.FENCED;
      case "closed" -> OpenVolume.State.CLOSING;
      default -> OpenVolume.State.OPEN;
    };
  }
}
