package io.s3shard.csi;

import io.s3shard.proto.shardd.v1.OpenVolume;
import io.s3shard.proto.shardd.v1.OpenVolumeRequest;
import io.s3shard.shardd.SharddClient;
import java.nio.file.Path;
import java.util.Optional;

/** What shardd does for a volume, in the words of this room. */
final class Shards {
  private final SharddClient shardd;
  private final String node;

  Shards(SharddClient shardd, String node) {
    this.shardd = shardd;
    this.node = node;
  }

  /** Opens it as the stage wants it; its file. */
  Path open(Stage stage) {
    OpenVolumeRequest request =
        OpenVolumeRequest.newBuilder()
            .setHandle(stage.handle().toString())
            .setVolumeId(stage.handle().volume().value())
            .setPlace(stage.place())
            .setCredentials(stage.secrets().credentials())
            .setReadOnly(stage.readOnly())
            .setNodeId(node)
            .setCommitIntervalMillis(stage.context().commitIntervalMillis())
            .setMinFlushIntervalMillis(stage.context().minFlushIntervalMillis())
            .build();
    return Path.of(shardd.open(request).getPath());
  }

  /** Whether it is served: requests are answered, or will be. */
  boolean isServed(VolumeHandle handle) {
    return find(handle).filter(open -> open.getState() != OpenVolume.State.FAILED).isPresent();
  }

  /** Whether what is dirty can never be saved: it is not open, or not ours any more. */
  boolean isLost(VolumeHandle handle) {
    Optional<OpenVolume> open = find(handle);
    return open.isEmpty()
        || switch (open.get().getState()) {
          case FENCED, POISONED, FAILED -> true;
          case OPENING, OPEN, HELD, CLOSING, STATE_UNSPECIFIED, UNRECOGNIZED -> false;
        };
  }

  private Optional<OpenVolume> find(VolumeHandle handle) {
    return shardd.find(handle.toString());
  }

  void close(VolumeHandle handle) {
    shardd.close(handle.toString());
  }

  long grow(VolumeHandle handle, long sizeBytes) {
    return shardd.resize(handle.toString(), sizeBytes);
  }
}
