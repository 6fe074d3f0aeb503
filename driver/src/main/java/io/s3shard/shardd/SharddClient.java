package io.s3shard.shardd;

import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.s3shard.proto.shardd.v1.CloseVolumeRequest;
import io.s3shard.proto.shardd.v1.ListVolumesRequest;
import io.s3shard.proto.shardd.v1.OpenVolume;
import io.s3shard.proto.shardd.v1.OpenVolumeRequest;
import io.s3shard.proto.shardd.v1.OpenVolumeResponse;
import io.s3shard.proto.shardd.v1.ResizeVolumeRequest;
import io.s3shard.proto.shardd.v1.SharddGrpc;
import io.s3shard.proto.shardd.v1.SharddGrpc.SharddBlockingStub;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Asks the daemon. A call waits while no daemon is there: one that was killed comes again. */
public final class SharddClient {
  /** The daemon itself answers within 20 s, and may be starting. */
  private static final long DEADLINE_SECONDS = 60;

  private final Channel channel;

  public SharddClient(Channel channel) {
    this.channel = channel;
  }

  private SharddBlockingStub stub() {
    return SharddGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  /** Opens a volume, or finds it open in the same way. */
  public OpenVolumeResponse open(OpenVolumeRequest request) {
    return stub().openVolume(request);
  }

  /** Commits and lets go. Not open: done. */
  public void close(String handle) {
    stub().closeVolume(CloseVolumeRequest.newBuilder().setHandle(handle).build());
  }

  /** At least so large; the size. */
  public long resize(String handle, long sizeBytes) {
    ResizeVolumeRequest request =
        ResizeVolumeRequest.newBuilder().setHandle(handle).setSizeBytes(sizeBytes).build();
    return stub().resizeVolume(request).getSizeBytes();
  }

  /** Empty: it is not open. */
  public Optional<OpenVolume> find(String handle) {
    List<OpenVolume> found =
        stub()
            .listVolumes(ListVolumesRequest.newBuilder().setHandle(handle).build())
            .getVolumesList();
    return found.stream().findFirst();
  }

  /** All volumes that are open; empty: no daemon answers. */
  public Optional<List<OpenVolume>> list() {
    try {
      return Optional.of(
          stub().listVolumes(ListVolumesRequest.getDefaultInstance()).getVolumesList());
    } catch (StatusRuntimeException e) {
      return Optional.empty();
    }
  }
}
