package io.s3shard.map;

import io.s3shard.format.ObjectRef;

/**
 * The object in which a chunk lies from the payload's block {@code firstBlock} on. Where the
 * payload ends before the chunk, the rest of the chunk is zeros.
 */
public record Base(ObjectRef object, int firstBlock) {
  public Base {
    if (object.kind() != ObjectRef.Kind.DATA || firstBlock < 0 || firstBlock >= object.blocks()) {
      throw new IllegalArgumentException(
          "base at block " + firstBlock + " of " + object.blocks() + " in " + object.key());
    }
  }

  /** How many blocks of a chunk it holds, if nothing ends before. */
  int available() {
    return object.blocks() - firstBlock;
  }
}
