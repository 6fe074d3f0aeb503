package io.s3shard.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirtyIndexTest {
  private static final int SPACE = 200;

  /** Against an array of bytes: runs arrive in any order, the higher sequence wins each byte. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void holdsTheYoungestWriterOfEachByte(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      DirtyIndex index = new DirtyIndex();
      long[] youngest = new long[SPACE];
      for (long sequence : random.longs(30, 1, 1000).distinct().toArray()) {
        int start = random.nextInt(SPACE - 1);
        int end = start + 1 + random.nextInt(Math.min(40, SPACE - start - 1) + 1);
        end = Math.min(end, SPACE);
        // the position in the arena tells which byte of the write it is
        index.insert(new DirtyIndex.Run(start, end, sequence, 7, start));
        for (int at = start; at < end; at++) {
          youngest[at] = Math.max(youngest[at], sequence);
        }
      }
      check(index, youngest, seed);
    }
  }

  private static void check(DirtyIndex index, long[] youngest, long seed) {
    long[] found = new long[SPACE];
    long end = -1;
    for (DirtyIndex.Run run : index.runs()) {
      assertThat(run.start())
          .as("runs are disjoint, seed %d", seed)
          .isGreaterThanOrEqualTo(Math.max(0, end));
      assertThat(run.position())
          .as("bytes stay with their place, seed %d", seed)
          .isEqualTo((int) run.start());
      end = run.end();
      for (long at = run.start(); at < run.end(); at++) {
        found[(int) at] = run.sequence();
      }
    }
    assertThat(found).as("seed %d", seed).isEqualTo(youngest);
  }
}
