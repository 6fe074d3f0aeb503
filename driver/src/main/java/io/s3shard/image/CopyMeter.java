package io.s3shard.image;

import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import java.util.concurrent.atomic.AtomicLong;

/** How many bytes checkpoints have copied, and for what. Thread-safe. */
final class CopyMeter {
  private final AtomicLong gathered = new AtomicLong();
  private final AtomicLong merged = new AtomicLong();
  private final AtomicLong folded = new AtomicLong();

  /** A piece goes into a segment. */
  void moved(Extent.Source from, long bytes) {
    boolean inline =
        from instanceof Extent.Source.InObject in && in.object().kind() == ObjectRef.Kind.LOG;
    (inline ? gathered : merged).addAndGet(bytes);
  }

  /** A chunk becomes an object. */
  void folded(long bytes) {
    folded.addAndGet(bytes);
  }

  /** What lay inline in COMMITs. */
  long gatheredBytes() {
    return gathered.get();
  }

  /** What lay in segments already. */
  long mergedBytes() {
    return merged.get();
  }

  long foldedBytes() {
    return folded.get();
  }
}
