package io.s3shard.image;

import io.s3shard.format.Layout;
import io.s3shard.format.ObjectRef;
import io.s3shard.log.LogRecord;
import io.s3shard.store.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The COMMITs that no checkpoint covers: what an open would have to replay, and the tail index
 * holds. Guarded by the image's lock.
 */
final class UncoveredCommits {
  /**
   * What a COMMIT brought. {@code changes}: not only the name of a checkpoint; {@code index}: where
   * its extents are if they are many.
   */
  record Brought(boolean changes, long bytes, Optional<ObjectRef> index) {
    static Brought by(LogRecord.Commit commit, long bytes) {
      return new Brought(!commit.extents().isEmpty(), bytes, commit.extentsObject());
    }
  }

  private final ImageParts parts;
  private final TreeMap<Long, Brought> bySlot;
  private long bytes;
  private long tail;
  private long sizeBytes;
  private long userCommits;

  UncoveredCommits(ImageParts parts) {
    this.parts = parts;
    this.bySlot = new TreeMap<>(parts.commits());
    this.bytes = bySlot.values().stream().mapToLong(Brought::bytes).sum();
    this.tail = parts.owned().state().tail();
    this.sizeBytes = parts.sizeBytes();
  }

  int count() {
    return bySlot.size();
  }

  long bytes() {
    return bytes;
  }

  /** The slot of the last of them, or the log's tail when the image was opened. */
  long tail() {
    return tail;
  }

  /** The image's size there. */
  long sizeBytes() {
    return sizeBytes;
  }

  /** How many COMMITs have changed the image since it was opened. */
  long userCommits() {
    return userCommits;
  }

  /** Whether a checkpoint would have anything new to say. */
  boolean change() {
    return bySlot.values().stream().anyMatch(Brought::changes);
  }

  /** Whether there is so much of what makes a checkpoint due: 1 is all of it. */
  boolean isDue(double factor) {
    ImageOptions options = parts.options();
    return count() >= factor * options.checkpointCommits()
        || bytes >= factor * options.checkpointBytes()
        || parts.committed().map().tailExtents() >= factor * parts.quotas().maps().tailRuns();
  }

  void add(long slot, LogRecord.Commit commit, long committedBytes) {
    Brought brought = Brought.by(commit, committedBytes);
    bySlot.put(slot, brought);
    bytes += committedBytes;
    tail = slot;
    sizeBytes = Math.max(sizeBytes, commit.sizeBytes());
    userCommits += brought.changes() ? 1 : 0;
  }

  /** A checkpoint covers all up to {@code slot}: returns the objects that are dead by that. */
  List<ObjectKey> covered(long slot) {
    List<ObjectKey> dead = new ArrayList<>();
    var covered = bySlot.headMap(slot, true);
    covered.forEach((commit, brought) -> {
      dead.add(Layout.log(parts.volume(), commit));
      brought.index().ifPresent(object -> dead.add(object.key()));
      bytes -= brought.bytes();
    });
    covered.clear();
    return dead;
  }
}
