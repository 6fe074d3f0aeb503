package io.s3shard.csi;

import io.s3shard.error.InvalidRequest;
import io.s3shard.error.VolumeMissing;
import io.s3shard.proto.csi.v1.VolumeContentSource;
import java.util.Optional;

/** What a new volume is a copy of. */
sealed interface Origin {
  /** A snapshot. */
  record OfSnapshot(SnapshotHandle snapshot) implements Origin {
    @Override
    public VolumeHandle volume() {
      return snapshot.volume();
    }

    @Override
    public String text() {
      return SNAPSHOT + snapshot;
    }
  }

  /** A volume as it is now. */
  record OfVolume(VolumeHandle volume) implements Origin {
    @Override
    public String text() {
      return VOLUME + volume;
    }
  }

  String SNAPSHOT = "snapshot ";
  String VOLUME = "volume ";

  /** The volume whose data it shares. */
  VolumeHandle volume();

  /** As a volume's attribute holds it. */
  String text();

  /**
   * Empty: of nothing.
   *
   * @throws VolumeMissing if the id has not our form
   */
  static Optional<Origin> of(VolumeContentSource source) {
    return switch (source.getTypeCase()) {
      case SNAPSHOT -> {
        String id = source.getSnapshot().getSnapshotId();
        Requires.present("snapshot_id", id);
        yield Optional.of(new OfSnapshot(SnapshotHandle.require(id)));
      }
      case VOLUME -> {
        String id = source.getVolume().getVolumeId();
        Requires.present("volume_id", id);
        yield Optional.of(new OfVolume(Requires.handle(id)));
      }
      case TYPE_NOT_SET ->
          throw new InvalidRequest("volume_content_source has neither a snapshot nor a volume");
    };
  }

  /** As the request had it, from a volume's attribute. */
  static VolumeContentSource parse(String text) {
    VolumeContentSource.Builder source = VolumeContentSource.newBuilder();
    if (text.startsWith(SNAPSHOT)) {
      source.getSnapshotBuilder().setSnapshotId(text.substring(SNAPSHOT.length()));
    } else if (text.startsWith(VOLUME)) {
      source.getVolumeBuilder().setVolumeId(text.substring(VOLUME.length()));
    }
    return source.build();
  }
}
