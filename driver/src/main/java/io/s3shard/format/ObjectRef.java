package io.s3shard.format;

import io.s3shard.store.ObjectKey;

/**
 * An object of a volume. {@code epoch}, {@code tail} and {@code counter} make its name; for a log
 * record {@code epoch} is the slot and the others are 0. {@code blocks}: how many blocks its
 * payload has, 0 for map objects.
 */
public record ObjectRef(
    VolumeId volume, Kind kind, long epoch, long tail, long counter, int blocks) {
  /** Which folder of the volume it lies in. */
  public enum Kind {
    DATA,
    MAP,
    LOG
  }

  public static ObjectRef data(VolumeId volume, long epoch, long tail, long counter, int blocks) {
    return new ObjectRef(volume, Kind.DATA, epoch, tail, counter, blocks);
  }

  /**
   * Whether it holds blocks of one chunk, and no entry of another chunk names it: its counter is
   * even. So whoever replaces that entry knows that it is dead (RFC 0002).
   */
  public boolean isOfOneChunk() {
    return kind == Kind.DATA && counter % 2 == 0;
  }

  public static ObjectRef map(VolumeId volume, long epoch, long tail, long counter) {
    return new ObjectRef(volume, Kind.MAP, epoch, tail, counter, 0);
  }

  public static ObjectRef log(VolumeId volume, long slot, int blocks) {
    return new ObjectRef(volume, Kind.LOG, slot, 0, 0, blocks);
  }

  public ObjectKey key() {
    return switch (kind) {
      case DATA -> Layout.data(volume, epoch, tail, counter);
      case MAP -> Layout.map(volume, epoch, tail, counter);
      case LOG -> Layout.log(volume, epoch);
    };
  }
}
