package io.s3shard.image;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The memory for maps, which the open images of a process share evenly: bytes of pages that may be
 * kept, and runs of the tail index after which a checkpoint is due. Thread-safe.
 */
final class MapShares {
  /** So many runs are always fine: 256 KiB of memory. */
  private static final int LEAST_RUNS = 2 << 10;

  /** Who keeps pages. */
  interface Keeper {
    /**
     * From now on {@code bytes}, asked for under the keeper's own lock, so that of two changes the
     * later one stays; the least recently used pages go.
     */
    void limitPages(LongSupplier bytes);
  }

  private final long pageBytes;
  private final int tailRuns;
  private final Set<Keeper> keepers = new LinkedHashSet<>();

  MapShares(long pageBytes, int tailRuns) {
    this.pageBytes = pageBytes;
    this.tailRuns = tailRuns;
  }

  void opened(Keeper keeper) {
    synchronized (this) {
      keepers.add(keeper);
    }
    share();
  }

  void closed(Keeper keeper) {
    synchronized (this) {
      keepers.remove(keeper);
    }
    share();
  }

  private void share() {
    List<Keeper> all;
    synchronized (this) {
      all = List.copyOf(keepers);
    }
    all.forEach(keeper -> keeper.limitPages(this::pageBytes));
  }

  /** Bytes of one image's pages. */
  synchronized long pageBytes() {
    return pageBytes / Math.max(1, keepers.size());
  }

  /** Runs of one image's tail index after which a checkpoint is due. */
  synchronized int tailRuns() {
    int share = tailRuns / Math.max(1, keepers.size());
    return Math.max(share, Math.min(tailRuns, LEAST_RUNS));
  }
}
