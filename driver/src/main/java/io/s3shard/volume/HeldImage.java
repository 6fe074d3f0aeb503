package io.s3shard.volume;

import io.s3shard.format.VolumeId;
import org.jspecify.annotations.Nullable;

/**
 * One volume that this process has open for writing, or is opening or closing. All fields are
 * guarded by the monitor of the {@link HeldImages} that it belongs to.
 *
 * <pre>
 *   OPENING  somebody waits for OPEN; all others wait for the outcome
 *   OPEN     used by writers; or idle: closed when the linger time is over
 *   CLOSING  CLOSE is on its way; whoever wants it waits, and opens anew
 * </pre>
 */
final class HeldImage {
  /** See the table above. */
  enum Phase {
    OPENING,
    OPEN,
    CLOSING
  }

  String name;
  Phase phase = Phase.OPENING;

  /** What it was when it was opened; null while OPENING. */
  @Nullable Volume volume;

  /** Null while OPENING. */
  @Nullable WatchedImage image;

  int writers;

  /** Reads of read-only uses that go on at this moment: a close waits for them. */
  int reading;

  /**
   * When the last writer went, in nanoseconds of the execution's clock; meaningless while there are
   * writers.
   */
  long idleSince;

  boolean lingering;

  /** Changes that become one SET at the close. */
  ImageAttributes pending = ImageAttributes.NONE;

  HeldImage(String name) {
    this.name = name;
  }

  boolean isOpen() {
    return phase == Phase.OPEN;
  }

  boolean is(VolumeId id) {
    return volume != null && volume.id().equals(id);
  }

  boolean isKnown() {
    return image != null;
  }

  boolean isDead() {
    return image != null && image.isDead();
  }

  /** Dead, and nobody uses it: it is about to be closed, and must be opened anew. */
  boolean isUseless() {
    return isDead() && writers == 0;
  }

  /** The image. Only while OPEN or CLOSING; it does not change. */
  WatchedImage opened() {
    if (image == null) {
      throw new IllegalStateException(name + " is " + phase);
    }
    return image;
  }

  /** As a directory shows it now. Only while OPEN or CLOSING. */
  ImageEntry entry() {
    if (volume == null || image == null) {
      throw new IllegalStateException(name + " is " + phase);
    }
    ImageEntry opened = PosixAttributes.entry(volume);
    ImageEntry now =
        new ImageEntry(
            name,
            opened.id(),
            image.sizeBytes(),
            opened.mode(),
            opened.uid(),
            opened.gid(),
            opened.modified(),
            opened.xattrs());
    return PosixAttributes.changed(now, pending);
  }
}
