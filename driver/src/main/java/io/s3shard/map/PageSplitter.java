package io.s3shard.map;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes pages of a stream of entries, none longer than it may be; the last two share what is left
 * evenly.
 */
final class PageSplitter {
  private final int chunkBlocks;
  private final int pageBytes;
  private final Consumer<Page> pages;
  private PageBuilder builder;
  private @Nullable Page held;

  /** {@code pages}: gets each page once it is complete, in order. */
  PageSplitter(int chunkBlocks, int pageBytes, Consumer<Page> pages) {
    this.chunkBlocks = chunkBlocks;
    this.pageBytes = pageBytes;
    this.pages = pages;
    this.builder = new PageBuilder(chunkBlocks);
  }

  /** Copies an entry; zeros need none. */
  void add(Page from, int index) {
    if (from.isZeros(index)) {
      return;
    }
    if (builder.size() > 0 && builder.encodedBytes() + from.entryBytes(index) > pageBytes) {
      Page full = builder.build();
      builder = new PageBuilder(chunkBlocks);
      release();
      held = full;
    }
    from.copyTo(builder, index);
  }

  /** The stream has ended. */
  void finish() {
    if (builder.size() == 0) {
      return;
    }
    Page last = builder.build();
    Page before = held;
    if (before == null || last.encodedBytes() >= pageBytes / 2) {
      release();
      pages.accept(last);
      return;
    }
    long half = (before.encodedBytes() + last.encodedBytes()) / 2;
    PageBuilder left = new PageBuilder(chunkBlocks);
    PageBuilder right = new PageBuilder(chunkBlocks);
    for (int i = 0; i < before.size(); i++) {
      before.copyTo(left.encodedBytes() < half && right.size() == 0 ? left : right, i);
    }
    for (int i = 0; i < last.size(); i++) {
      last.copyTo(right, i);
    }
    pages.accept(left.build());
    pages.accept(right.build());
  }

  private void release() {
    if (held != null) {
      pages.accept(held);
    }
    held = null;
  }
}
