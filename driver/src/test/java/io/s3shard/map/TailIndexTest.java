package io.s3shard.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.format.BlockRange;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tail index, case by case. */
class TailIndexTest {
  private static final ObjectRef A = ObjectRef.data(MapWorld.volume(1), 1, 1, 1, 100);
  private static final ObjectRef B = ObjectRef.data(MapWorld.volume(1), 1, 1, 2, 100);

  private final TailIndex tail = new TailIndex();

  @Test
  void theYoungestSplitsTheOlder() {
    tail.apply(5, extent(10, 10, A, 0));
    tail.apply(6, extent(13, 2, B, 7));
    assertThat(tail.upTo(9))
        .containsExactly(run(10, 13, 5, A, 0), run(13, 15, 6, B, 7), run(15, 20, 5, A, 5));
  }

  @Test
  void theYoungestCoversManyOlder() {
    tail.apply(5, extent(0, 4, A, 0));
    tail.apply(6, extent(6, 4, A, 10));
    tail.apply(7, extent(12, 4, A, 20));
    tail.apply(8, extent(2, 12, B, 0));
    assertThat(tail.upTo(9))
        .containsExactly(run(0, 2, 5, A, 0), run(2, 14, 8, B, 0), run(14, 16, 7, A, 22));
  }

  @Test
  void neighboursOfOneCommitThatLieTogetherAreOneRun() {
    tail.apply(5, extent(4, 2, A, 4));
    tail.apply(5, extent(0, 2, A, 0));
    tail.apply(5, extent(2, 2, A, 2));
    tail.apply(5, Extent.zeros(new BlockRange(6, 1)));
    tail.apply(5, Extent.zeros(new BlockRange(7, 1)));
    assertThat(tail.size()).isEqualTo(2);
    assertThat(tail.upTo(5)).first().isEqualTo(run(0, 6, 5, A, 0));
  }

  @Test
  void neighboursOfTwoCommitsStayApart() {
    tail.apply(5, extent(0, 2, A, 0));
    tail.apply(6, extent(2, 2, A, 2));
    assertThat(tail.size()).isEqualTo(2);
  }

  @Test
  void aRebaseFillsGapsAndLeavesWhatIsYounger() {
    tail.apply(5, extent(2, 2, A, 0));
    tail.apply(8, extent(6, 2, A, 10));
    tail.apply(9, new Extent(new BlockRange(0, 10), new Extent.Source.InObject(B, 50), 7));
    assertThat(tail.upTo(9))
        .containsExactly(run(0, 6, 9, B, 50), run(6, 8, 8, A, 10), run(8, 10, 9, B, 58));
  }

  @Test
  void forgetsByAge() {
    tail.apply(5, extent(0, 9, A, 0));
    tail.apply(6, extent(3, 3, B, 0));
    tail.forget(5);
    assertThat(tail.upTo(9)).containsExactly(run(3, 6, 6, B, 0));
    assertThat(tail.from(0)).isEqualTo(run(3, 6, 6, B, 0));
    assertThat(tail.from(5)).isEqualTo(run(3, 6, 6, B, 0));
    assertThat(tail.from(6)).isNull();
  }

  @Test
  void aDiscardedImageIsOneRun() {
    for (int i = 0; i < 1000; i++) {
      tail.apply(5 + i, extent(3L * i, 2, A, 0));
    }
    tail.apply(2000, Extent.zeros(new BlockRange(0, 1L << 34)));
    assertThat(tail.upTo(2000))
        .isEqualTo(List.of(new TailIndex.Run(0, 1L << 34, 2000, Extent.Source.ZEROS)));
  }

  private static Extent extent(long first, long count, ObjectRef object, long at) {
    return Extent.of(new BlockRange(first, count), object, at);
  }

  private static TailIndex.Run run(long first, long end, long slot, ObjectRef object, long at) {
    return new TailIndex.Run(first, end, slot, new Extent.Source.InObject(object, at));
  }
}
