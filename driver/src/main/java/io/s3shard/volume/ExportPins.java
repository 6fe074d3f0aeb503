package io.s3shard.volume;

import io.s3shard.error.S3ShardException;
import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pins that keep a state for as long as it is read out. Who dies meanwhile leaves one behind; a
 * {@link GarbageCollection} takes it away after seven days.
 */
public final class ExportPins {
  private static final Logger LOG = LoggerFactory.getLogger(ExportPins.class);

  private final Snapshots snapshots;
  private final Volumes volumes;

  public ExportPins(Snapshots snapshots) {
    this.snapshots = snapshots;
    this.volumes = snapshots.volumes();
  }

  /** Of the present state: what a snapshot would hold. */
  public Snapshot pin(Volume volume) {
    return snapshots.pinning().pin(volume.name(), request(0));
  }

  /**
   * Of what a snapshot holds, also if it is removed meanwhile.
   *
   * @throws io.s3shard.error.VolumeMissing if it was removed already
   */
  public Snapshot pin(Snapshot snapshot) {
    return snapshots.anybody().pin(snapshot.volume(), request(snapshot.pin().position()));
  }

  private PinRequest request(long position) {
    String name = "export/" + HexFormat.of().formatHex(volumes.execution().randomBytes(8));
    return new PinRequest(name, new PinPurpose.OfExport(), position, "", volumes.execution().now());
  }

  /** Takes it away, and what it alone has kept. What fails is left for a {@code gc}. */
  public void release(Snapshot pinned) {
    try {
      snapshots.anybody().unpin(pinned.volume(), pinned.pin().slot());
      new Deletions(volumes).reap(pinned.volume());
    } catch (S3ShardException left) {
      LOG.warn("the pin of an export stays until a gc after 7 days: {}", left.getMessage());
    }
  }
}
