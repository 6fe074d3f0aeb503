package io.s3shard.cache;

import io.s3shard.format.Blocks;
import io.s3shard.format.ObjectRef;

/** Frame {@code number} of an object's payload. */
public record Frame(ObjectRef object, long number) {
  /** How many blocks it has: fewer than a frame's worth only at the object's end. */
  public int blocks() {
    return (int) Math.min(Blocks.PER_FRAME, object.blocks() - number * Blocks.PER_FRAME);
  }
}
