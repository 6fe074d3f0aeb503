package io.s3shard.image;

import io.s3shard.format.Layout;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.store.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The COMMITs that no checkpoint covers: what an open would have to replay. Not thread-safe. */
final class UncoveredCommits {
  /**
   * What a COMMIT brought. {@code changes}: not only the name of a checkpoint; {@code index}: where
   * its extents are if they are many.
   */
  record Brought(boolean changes, long bytes, Optional<ObjectRef> index) {}

  private final VolumeId volume;
  private final TreeMap<Long, Brought> bySlot;
  private long bytes;

  UncoveredCommits(VolumeId volume, Map<Long, Brought> bySlot) {
    this.volume = volume;
    this.bySlot = new TreeMap<>(bySlot);
    this.bytes = bySlot.values().stream().mapToLong(Brought::bytes).sum();
  }

  int count() {
    return bySlot.size();
  }

  long bytes() {
    return bytes;
  }

  /** Whether a checkpoint would have anything new to say. */
  boolean change() {
    return bySlot.values().stream().anyMatch(Brought::changes);
  }

  void add(long slot, Brought brought) {
    bySlot.put(slot, brought);
    bytes += brought.bytes();
  }

  /** A checkpoint covers all up to {@code slot}: returns the objects that are dead by that. */
  List<ObjectKey> covered(long slot) {
    List<ObjectKey> dead = new ArrayList<>();
    var covered = bySlot.headMap(slot, true);
    covered.forEach((commit, brought) -> {
      dead.add(Layout.log(volume, commit));
      brought.index().ifPresent(object -> dead.add(object.key()));
      bytes -= brought.bytes();
    });
    covered.clear();
    return dead;
  }
}
