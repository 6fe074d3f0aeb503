package io.s3shard.map;

import io.s3shard.format.ObjectRef;

/**
 * A page of the chunk map: it holds the entries from {@code firstChunk} up to the next page's first
 * chunk.
 */
public record PageRef(long firstChunk, ObjectRef page) {
  public PageRef {
    if (firstChunk < 0 || page.kind() != ObjectRef.Kind.MAP) {
      throw new IllegalArgumentException("page from chunk " + firstChunk + " in " + page);
    }
  }
}
