package io.s3shard.transfer;

import io.s3shard.image.Image;
import io.s3shard.image.ImageOpener;
import io.s3shard.volume.ExportPins;
import io.s3shard.volume.Snapshot;
import io.s3shard.volume.Snapshots;
import io.s3shard.volume.Volume;
import java.util.function.LongConsumer;

/** Reads one state of a volume out: a pin keeps it for so long. */
public final class Export {
  private final ExportPins pins;
  private final ImageOpener opener;

  public Export(Snapshots snapshots, ImageOpener opener) {
    this.pins = new ExportPins(snapshots);
    this.opener = opener;
  }

  /** What went out. {@code dataBytes}: what is no zeros. */
  public record Exported(long sizeBytes, long dataBytes) {}

  /** The present state: what a snapshot would hold. */
  public Exported run(Volume volume, Outlet outlet, LongConsumer progress) {
    return run(pins.pin(volume), volume.name(), outlet, progress);
  }

  /** What a snapshot holds. */
  public Exported run(Snapshot snapshot, Outlet outlet, LongConsumer progress) {
    return run(pins.pin(snapshot), snapshot.path(), outlet, progress);
  }

  private Exported run(Snapshot pinned, String what, Outlet outlet, LongConsumer progress) {
    try (Image image = opener.openPinned(pinned.volume(), pinned.pin(), "\"" + what + "\"")) {
      long dataBytes = new Exporting(image, outlet).run(progress);
      return new Exported(pinned.sizeBytes(), dataBytes);
    } finally {
      pins.release(pinned);
    }
  }
}
