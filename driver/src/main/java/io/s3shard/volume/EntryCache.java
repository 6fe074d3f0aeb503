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

  private final Volumes volumes;
  private final Execution execution;
  private final Signal listed;

  private final Map<String, Found> names = new LinkedHashMap<>();
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
    Optional<ImageEntry> entry =
        Layout.isName(name) ? volumes.find(name).map(PosixAttributes::entry) : Optional.empty();
    long then = execution.nanoTime();
    synchronized (this) {
      if (asked == generation) {
        forgetOldest();
        names.put(name, new Found(entry, then));
      }
    }
    return entry;
  }

  /** Something was changed here: ask again. */
  synchronized void invalidate() {
    generation++;
    listing = null;
    names.clear();
  }

  private void forgetOldest() {
    if (names.size() >= MAX_NAMES) {
      names.remove(names.keySet().iterator().next());
    }
  }

  private static boolean isFresh(long at, long now) {
    return now - at < FRESH.toNanos();
  }
}
