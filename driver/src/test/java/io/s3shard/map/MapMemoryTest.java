package io.s3shard.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the map of a large image takes in memory and in the bucket. */
class MapMemoryTest {
  private static final long SEED = 20261124;
  private static final VolumeId SELF = MapWorld.volume(1);
  private static final int CHUNK = 1024; // blocks: 4 MiB
  private static final int CHUNKS = 262_144; // 1 TiB
  private static final int SEGMENT = 2048; // blocks: 8 MiB

  /**
   * DESIGN §4: 10 % overwritten in 4 KiB. Between one group a chunk, just merged, and eight: four
   * and a half.
   */
  @Test
  void aTebibyteWithATenthOverwrittenTakes80Megabytes() {
    System.out.println("seed " + SEED);
    List<Page> pages = pages(new Random(SEED), 102, 0);

    assertThat(pages.stream().mapToLong(Page::size).sum()).isEqualTo(CHUNKS);
    long memory = pages.stream().mapToLong(Page::memoryBytes).sum();
    long encoded = pages.stream().mapToLong(Page::encodedBytes).sum();
    System.out.printf(
        "%d pages, %,d bytes of memory, %,d encoded%n", pages.size(), memory, encoded);
    assertThat(memory).isBetween(2L * 102 * CHUNKS, 80_000_000L);
    assertThat(encoded).isLessThan(80_000_000L);
    assertThat(pages)
        .allSatisfy(page -> assertThat(page.encodedBytes()).isLessThanOrEqualTo(256 << 10));
  }

  @Test
  void aTebibyteOfWholeChunksTakesTenMegabytes() {
    List<Page> pages = pages(new Random(SEED), 0, 0);
    assertThat(pages.stream().mapToLong(Page::memoryBytes).sum()).isLessThan(10_000_000L);
  }

  /**
   * {@code overlay}: blocks of each chunk that lie in groups, of one to eight segments, each of
   * which holds many chunks'.
   */
  private static List<Page> pages(Random random, int overlay, int fromChunk) {
    List<Page> pages = new ArrayList<>();
    PageSplitter splitter = new PageSplitter(CHUNK, MapLimits.STANDARD.pageBytes(), pages::add);
    int[] filled = new int[8];
    int[] segment = new int[8];
    for (int chunk = fromChunk; chunk < CHUNKS; chunk++) {
      PageBuilder one = new PageBuilder(CHUNK);
      one.entry(chunk, new Base(ObjectRef.data(SELF, 7, 1_000_000 + chunk / 8, chunk, CHUNK), 0));
      int groups = overlay == 0 ? 0 : 1 + chunk % 8;
      List<List<Character>> numbers = numbers(random, overlay, groups);
      for (int g = 0; g < groups; g++) {
        int count = numbers.get(g).size();
        if (filled[g] + count > SEGMENT) {
          filled[g] = 0;
          segment[g]++;
        }
        one.group(
            ObjectRef.data(SELF, 7, 2_000_000 + segment[g], 8L * segment[g] + g, SEGMENT),
            filled[g]);
        numbers.get(g).forEach(one::block);
        filled[g] += count;
      }
      one.endEntry();
      splitter.add(one.build(), 0);
    }
    splitter.finish();
    return pages;
  }

  private static List<List<Character>> numbers(Random random, int overlay, int groups) {
    BitSet chosen = new BitSet();
    while (chosen.cardinality() < overlay) {
      chosen.set(random.nextInt(CHUNK));
    }
    List<List<Character>> numbers = new ArrayList<>();
    for (int g = 0; g < groups; g++) {
      numbers.add(new ArrayList<>());
    }
    int[] order = chosen.stream().toArray();
    for (int i = 0; i < order.length; i++) {
      // each group has at least one block
      numbers.get(i < groups ? i : random.nextInt(groups)).add((char) order[i]);
    }
    return numbers;
  }

  /** A lookup in the middle of it finds one block of a group between two of the base. */
  @Test
  void aLookupFindsEachBlock() {
    Page page = pages(new Random(SEED), 102, CHUNKS - 100).getFirst();
    for (int i = 0; i < page.size(); i++) {
      Pieces pieces = new Pieces();
      page.collect(i, 0, 0, CHUNK, pieces);
      long base = 0;
      for (Piece piece : pieces.take()) {
        Base whole = Objects.requireNonNull(page.base(i));
        boolean inBase =
            piece.source() instanceof Extent.Source.InObject in
                && in.object().equals(whole.object());
        base += inBase ? piece.range().count() : 0;
      }
      assertThat(base).isEqualTo(CHUNK - 102);
    }
  }
}
