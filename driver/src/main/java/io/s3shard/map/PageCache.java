package io.s3shard.map;

import io.s3shard.format.ObjectRef;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Loaded pages, up to a number of bytes; the least recently used go first. */
public final class PageCache {
  /** 16 MiB: a third of what DESIGN §5 gives to map and tail. */
  static final long DEFAULT_BYTES = 16 << 20;

  private final LinkedHashMap<ObjectRef, Page> pages = new LinkedHashMap<>(16, 0.75f, true);
  private final int kept;
  private long limitBytes = DEFAULT_BYTES;
  private long bytes;

  /** {@code kept}: so many pages stay whatever their size. */
  public PageCache(int kept) {
    this.kept = kept;
  }

  void limit(long newLimitBytes) {
    limitBytes = newLimitBytes;
    evict();
  }

  long limitBytes() {
    return limitBytes;
  }

  public @Nullable Page get(ObjectRef ref) {
    return pages.get(ref);
  }

  public void put(ObjectRef ref, Page page) {
    Page before = pages.put(ref, page);
    bytes += page.memoryBytes() - (before == null ? 0 : before.memoryBytes());
    evict();
  }

  long memoryBytes() {
    return bytes;
  }

  /** The pages that are here now. */
  Map<ObjectRef, Page> snapshot() {
    return new LinkedHashMap<>(pages);
  }

  /** Drops all pages but those in {@code used}. */
  void retain(Set<ObjectRef> used) {
    pages.keySet().retainAll(used);
    bytes = pages.values().stream().mapToLong(Page::memoryBytes).sum();
  }

  private void evict() {
    Iterator<Page> eldest = pages.values().iterator();
    while (bytes > limitBytes && pages.size() > kept) {
      bytes -= eldest.next().memoryBytes();
      eldest.remove();
    }
  }
}
