package io.s3shard.volume;

import io.s3shard.execution.Execution;
import io.s3shard.execution.Signal;
import io.s3shard.format.Layout;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the bucket said of names, for a second: the kernel looks a name up several times for each
 * thing that a program does. What is open here is not asked here.
 */
final class EntryCache {
  private static final Duration FRESH = Duration.ofSeconds(1);
  private static final int MAX_NAMES = 4096;

  /** What a look-up has read of a log, for the open that follows: larger than an entry. */
  private static final int MAX_VOLUMES = 16;

  private final Volumes volumes;
  private final Execution execution;
  private final Signal listed;

  private final Map<String, Found> names = new LinkedHashMap<>();
  private final Map<String, Seen> seen = new LinkedHashMap<>();
  private @Nullable Listing listing;
  private boolean listingNow;

  /** Counts changes made here: what was asked before one is not kept after it. */
  private long generation;

  EntryCache(Volumes volumes, Execution execution) {
    this.volumes = volumes;
    this.execution = execution;
    this.listed = execution.signal();
  }

  private record Found(Optional<ImageEntry> entry, long at) {}

  private record Seen(Volume volume, long at) {}

  private record Listing(SortedMap<String, ImageEntry> entries, long at) {}

  /** All images by name. One caller lists, the others wait for it. */
  SortedMap<String, ImageEntry> list() {
    while (true) {
      long seen = listed.version();
      long now = execution.nanoTime();
      synchronized (this) {
        if (listing != null && isFresh(listing.at(), now)) {
          return listing.entries();
        }
        if (!listingNow) {
          listingNow = true;
          break;
        }
      }
      listed.await(seen);
    }
    return load();
  }

  private SortedMap<String, ImageEntry> load() {
    long asked;
    synchronized (this) {
      asked = generation;
    }
    try {
      SortedMap<String, ImageEntry> entries = new TreeMap<>();
      volumes.list().forEach(volume -> entries.put(volume.name(), PosixAttributes.entry(volume)));
      long now = execution.nanoTime();
      synchronized (this) {
        listing = asked == generation ? new Listing(entries, now) : null;
      }
      return entries;
    } finally {
      synchronized (this) {
        listingNow = false;
      }
      listed.raise();
    }
  }

  /** Empty also for what can be no volume's name. */
  Optional<ImageEntry> find(String name) {
    long now = execution.nanoTime();
    long asked;
    synchronized (this) {
      if (listing != null && isFresh(listing.at(), now)) {
        return Optional.ofNullable(listing.entries().get(name));
      }
      Found found = names.get(name);
      if (found != null && isFresh(found.at(), now)) {
        return found.entry();
      }
      asked = generation;
    }
    Optional<Volume> volume = Layout.isName(name) ? volumes.find(name) : Optional.empty();
    Optional<ImageEntry> entry = volume.map(PosixAttributes::entry);
    long then = execution.nanoTime();
    synchronized (this) {
      if (asked == generation) {
        forgetOldest(names, MAX_NAMES);
        names.put(name, new Found(entry, then));
        forgetOldest(seen, MAX_VOLUMES);
        volume.ifPresent(found -> seen.put(name, new Seen(found, then)));
      }
    }
    return entry;
  }

  /**
   * The volume as the bucket showed it, not older than a second: the kernel looks a name up before
   * it opens it. @throws io.s3shard.error.VolumeMissing if there is none
   */
  Volume get(String name) {
    long now = execution.nanoTime();
    synchronized (this) {
      Seen there = seen.remove(name);
      if (there != null && isFresh(there.at(), now)) {
        return there.volume();
      }
    }
    return volumes.get(name);
  }

  /** Something was changed here: ask again. */
  synchronized void invalidate() {
    generation++;
    listing = null;
    names.clear();
    seen.clear();
  }

  private static void forgetOldest(Map<String, ?> names, int most) {
    if (names.size() >= most) {
      names.remove(names.keySet().iterator().next());
    }
  }

  private static boolean isFresh(long at, long now) {
    return now - at < FRESH.toNanos();
  }
}
