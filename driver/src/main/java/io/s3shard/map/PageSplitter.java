package io.s3shard.map;

import java.util.ArrayList;
import java.util.List;

/** Makes pages of a stream of entries, none longer than it may be; the last two share what is left evenly. */
final class PageSplitter {
  private final int chunkBlocks;
  private final int pageBytes;
  private final List<Page> pages = new ArrayList<>();
  private PageBuilder builder;

  PageSplitter(int chunkBlocks, int pageBytes) {
    this.chunkBlocks = chunkBlocks;
    this.pageBytes = pageBytes;
    this.builder = new PageBuilder(chunkBlocks);
  }

  /** Copies an entry; zeros need none. */
  void add(Page from, int index) {
    if (from.isZeros(index)) {
      return;
    }
    if (builder.size() > 0 && builder.encodedBytes() + from.entryBytes(index) > pageBytes) {
      pages.add(builder.build());
      builder = new PageBuilder(chunkBlocks);
    }
    from.copyTo(builder, index);
  }

  List<Page> finish() {
    if (builder.size() == 0) {
      return pages;
    }
    Page last = builder.build();
    if (pages.isEmpty() || last.encodedBytes() >= pageBytes / 2) {
      pages.add(last);
      return pages;
    }
    Page before = pages.removeLast();
    long half = (before.encodedBytes() + last.encodedBytes()) / 2;
    PageBuilder left = new PageBuilder(chunkBlocks);
    PageBuilder right = new PageBuilder(chunkBlocks);
    for (int i = 0; i < before.size(); i++) {
      before.copyTo(left.encodedBytes() < half && right.size() == 0 ? left : right, i);
    }
    for (int i = 0; i < last.size(); i++) {
      last.copyTo(right, i);
    }
    pages.add(left.build());
    pages.add(right.build());
    return pages;
  }
}
