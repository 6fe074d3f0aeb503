package io.s3shard.volume;

import io.s3shard.error.InvalidRequest;
import io.s3shard.error.S3ShardException;
import io.s3shard.execution.Execution;
import io.s3shard.format.VolumeId;
import io.s3shard.log.CloneSource;
import io.s3shard.log.LogRecord;
import java.util.HexFormat;

/**
 * Copies of volumes that cost no data: a name, a pin in the source's log for the clone's id, and
 * the CREATE in the clone's slot 1, in this order. The CREATE decides; whatever was done before it
 * can be taken back, by whoever finds it.
 */
public final class Clones {
  private final Snapshots snapshots;
  private final Volumes volumes;
  private final Execution execution;

  public Clones(Snapshots snapshots) {
    this.snapshots = snapshots;
    this.volumes = snapshots.volumes();
    this.execution = volumes.execution();
  }

  /**
   * A clone of what {@code snapshot} holds.
   *
   * @throws io.s3shard.error.VolumeExists if a volume has the name
   * @throws io.s3shard.error.VolumeMissing if the snapshot was removed
   */
  public Volume of(Snapshot snapshot, NewClone wanted) {
    Volume source =
        volumes.find(snapshot.volume()).orElseThrow(() -> volumes.missing(snapshot.volumeName()));
    long position = snapshot.pin().position();
    return make(source, wanted, id -> snapshots.anybody().pin(source.id(), request(id, position)));
  }

  /** A clone of the present state: of what a snapshot would hold. */
  public Volume of(Volume source, NewClone wanted) {
    return make(source, wanted, id -> snapshots.pinning().pin(source.name(), request(id, 0)));
  }

  /** No two attempts have the same name, so that none takes another's pin for its own. */
  private PinRequest request(VolumeId clone, long position) {
    String attempt = HexFormat.of().formatHex(execution.randomBytes(8));
    return new PinRequest(
        "clone/" + clone + "/" + attempt,
        new PinPurpose.OfClone(clone),
        position,
        "",
        execution.now());
  }

  /** Pins the source for a clone. */
  private interface Pin {
    Snapshot pin(VolumeId clone);
  }

  private Volume make(Volume source, NewClone wanted, Pin pin) {
    refuseTooDeep(source);
    VolumeId fresh = VolumeId.of(execution.randomBytes(16));
    VolumeId id = volumes.naming().claim(wanted.name(), fresh);
    Snapshot pinned;
    try {
      pinned = pin.pin(id);
      requireSame(source, pinned);
    } catch (S3ShardException e) {
      if (id.equals(fresh)) {
        giveUp(id, wanted.name(), e);
      }
      throw e;
    }
    return create(source, pinned, id, wanted);
  }

  private Volume create(Volume source, Snapshot pinned, VolumeId id, NewClone wanted) {
    LogRecord.Create record = wanted.record(source, pinned.pin(), execution.now());
    if (!volumes.log(id).create(record)) {
      snapshots.anybody().unpin(source.id(), pinned.pin().slot());
      throw Naming.exists(wanted.name());
    }
    return volumes.find(id).orElseThrow(() -> volumes.missing(wanted.name()));
  }

  /** The name may have gone over to another volume since it was looked up. */
  private void requireSame(Volume source, Snapshot pinned) {
    if (!pinned.volume().equals(source.id())) {
      snapshots.anybody().unpin(pinned.volume(), pinned.pin().slot());
      throw volumes.missing(source.name());
    }
  }

  private static void refuseTooDeep(Volume source) {
    int ancestors = source.state().source().map(CloneSource::ancestors).orElse(0);
    if (ancestors >= CloneSource.MAX_ANCESTORS) {
      throw new InvalidRequest(
          "\""
              + source.name()
              + "\" is a clone of a clone, "
              + ancestors
              + " deep, the deepest there can be: copy it with 's3shard export' and 's3shard import'");
    }
  }

  /** Whoever has claimed a name, and makes no volume of it, leaves nothing behind. */
  private void giveUp(VolumeId id, String name, S3ShardException because) {
    try {
      if (new Abandoning(volumes).giveUp(id)) {
        volumes.naming().index().free(name, id);
      }
    } catch (S3ShardException left) {
      because.addSuppressed(left);
    }
  }
}
