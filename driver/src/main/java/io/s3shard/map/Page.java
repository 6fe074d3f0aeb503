package io.s3shard.map;

/** Entries of chunks, sorted, in columns instead of objects. Immutable. */
public final class Page {
  Page() {}

  /** An estimate of the memory that it takes. */
  public long memoryBytes() {
    throw new UnsupportedOperationException("not landed yet");
  }
}
