package io.s3shard.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.format.BlockRange;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How the content of a chunk becomes an entry. */
class EntryShapeTest {
  private static final int CHUNK = 64;
  private static final long ORIGIN = 3 * CHUNK;
  private static final ObjectRef WHOLE = ObjectRef.data(MapWorld.volume(1), 1, 1, 1, CHUNK);
  private static final ObjectRef SEGMENT = ObjectRef.data(MapWorld.volume(1), 1, 1, 2, 500);
  private static final ObjectRef INLINE = ObjectRef.log(MapWorld.volume(1), 9, 100);

  private final Pieces pieces = new Pieces();
  private int at;

  @Test
  void aWholeChunkIsABase() {
    in(WHOLE, 0, 64);
    assertThat(entry(null)).isEqualTo(new ChunkEntry(3, new Base(WHOLE, 0), List.of()));
  }

  @Test
  void aWholeChunkInASegmentIsABase() {
    in(SEGMENT, 130, 64);
    assertThat(entry(null)).isEqualTo(new ChunkEntry(3, new Base(SEGMENT, 130), List.of()));
  }

  /** The last chunk of an image; if the image grows, what is beyond the object is zeros. */
  @Test
  void aChunkUpToTheEndOfItsObjectIsABase() {
    in(SEGMENT, 460, 40);
    zeros(24);
    assertThat(entry(null)).isEqualTo(new ChunkEntry(3, new Base(SEGMENT, 460), List.of()));
  }

  /** Here the object goes on with blocks of another chunk. */
  @Test
  void aPartOfAChunkIsNoBaseOfTheRest() {
    in(SEGMENT, 100, 3);
    zeros(61);
    assertThat(entry(null))
        .isEqualTo(new ChunkEntry(3, null, List.of(group(SEGMENT, 100, 0, 1, 2))));
  }

  @Test
  void whatIsWrittenIntoAChunkIsAGroupOverItsBase() {
    in(WHOLE, 0, 5);
    in(SEGMENT, 40, 2);
    in(WHOLE, 7, 3);
    zeros(1);
    in(WHOLE, 11, 49);
    in(SEGMENT, 42, 1);
    in(WHOLE, 61, 3);
    assertThat(entry(new Base(WHOLE, 0)))
        .isEqualTo(
            new ChunkEntry(
                3,
                new Base(WHOLE, 0),
                List.of(
                    group(SEGMENT, 40, 5, 6, 60),
                    new Group(Extent.Source.ZEROS, BlockNumbers.of((char) 10)))));
  }

  /** The blocks of a group rise, so what lies together in another order is two groups. */
  @Test
  void blocksThatFallAreTwoGroups() {
    in(SEGMENT, 42, 1);
    zeros(8);
    in(SEGMENT, 40, 2);
    zeros(53);
    assertThat(entry(null).groups())
        .containsExactly(group(SEGMENT, 42, 0), group(SEGMENT, 40, 9, 10));
  }

  /** Else a merged group would fall apart with each write into it. */
  @Test
  void aGroupThatWasOverwrittenInTheMiddleHasHoles() {
    in(SEGMENT, 40, 5);
    in(WHOLE, 5, 2);
    in(SEGMENT, 47, 3);
    in(WHOLE, 10, 54);
    assertThat(entry(new Base(WHOLE, 0)).groups())
        .containsExactly(group(SEGMENT, 40, 0, 1, 2, 3, 4, 4, 4, 7, 8, 9));
  }

  @Test
  void moreHolesThanBlocksAreTwoGroups() {
    in(SEGMENT, 40, 2);
    in(WHOLE, 2, 1);
    in(SEGMENT, 62, 2);
    in(WHOLE, 5, 59);
    assertThat(entry(new Base(WHOLE, 0)).groups())
        .containsExactly(group(SEGMENT, 40, 0, 1), group(SEGMENT, 62, 3, 4));
  }

  @Test
  void aBaseOfWhichNothingIsLeftGoes() {
    zeros(64);
    assertThat(entry(new Base(WHOLE, 0)).base()).isNull();
    assertThat(shape().plan(new Base(WHOLE, 0)).base()).isNull();
  }

  @Test
  void inlineBlocksAreGathered() {
    in(INLINE, 5, 1);
    in(SEGMENT, 3, 1);
    in(INLINE, 6, 2);
    zeros(60);
    assertThat(shape().plan(null).gather())
        .extracting(piece -> piece.range().first() - ORIGIN)
        .containsExactly(0L, 2L);
  }

  @Test
  void eightGroupsStay() {
    scattered(8);
    assertThat(shape().plan(null).gather()).isEmpty();
    assertThat(entry(null).groups()).hasSize(8);
  }

  @Test
  void ofNineSmallGroupsAllAreGathered() {
    scattered(9);
    assertThat(shape().plan(null).gather()).hasSize(9);
  }

  /** Copying it each time that eight blocks were written would make a hundred of one. */
  @Test
  void aLargeGroupStays() {
    in(SEGMENT, 200, 30);
    zeros(1);
    scattered(9);
    assertThat(shape().plan(null).gather())
        .hasSize(9)
        .allSatisfy(piece -> assertThat(piece.range().first()).isGreaterThan(ORIGIN + 30));
  }

  @Test
  void onlyAsManyLargeGroupsGoAsMust() {
    in(SEGMENT, 200, 20);
    zeros(1);
    in(SEGMENT, 300, 12);
    zeros(1);
    scattered(7);
    assertThat(shape().plan(null).gather())
        .hasSize(7)
        .allSatisfy(piece -> assertThat(piece.range().count()).isOne());
  }

  /** They come into one segment, one after the other. */
  @Test
  void whatIsGatheredIsOneGroup() {
    scattered(7);
    in(INLINE, 0, 1);
    zeros(1);
    in(INLINE, 1, 1);
    EntryShape.Plan plan = shape().plan(null);
    assertThat(plan.gather()).hasSize(2);
    assertThat(plan.groups()).isEqualTo(8);
  }

  @Test
  void withAnEighthGroupAllSmallOnesAreGathered() {
    scattered(8);
    in(INLINE, 0, 1);
    EntryShape.Plan plan = shape().plan(null);
    assertThat(plan.gather()).hasSize(9);
    assertThat(plan.groups()).isOne();
  }

  /** Also when it is the base that lies in what is emptied. */
  @Test
  void whatLiesInAnEmptiedSegmentIsGathered() {
    in(SEGMENT, 100, 50);
    in(WHOLE, 50, 10);
    zeros(4);
    EntryShape.Plan plan =
        new EntryShape(3, CHUNK, content(), SEGMENT::equals).plan(new Base(SEGMENT, 100));
    assertThat(plan.base()).isEqualTo(new Base(WHOLE, 0));
    assertThat(plan.gather())
        .containsExactly(
            new Piece(new BlockRange(ORIGIN, 50), new Extent.Source.InObject(SEGMENT, 100)));
  }

  private void scattered(int groups) {
    for (int i = 0; i < groups; i++) {
      in(ObjectRef.data(SEGMENT.volume(), 1, 1, 101 + 2L * i, 500), 7, 1);
      zeros(1);
    }
  }

  private void in(ObjectRef object, int first, int count) {
    pieces.add(ORIGIN + at, ORIGIN + at + count, new Extent.Source.InObject(object, first));
    at += count;
  }

  private void zeros(int count) {
    pieces.add(ORIGIN + at, ORIGIN + at + count, Extent.Source.ZEROS);
    at += count;
  }

  private List<Piece> content() {
    if (at < CHUNK) {
      zeros(CHUNK - at);
    }
    List<Piece> content = pieces.take();
    content.forEach(
        piece -> pieces.add(piece.range().first(), piece.range().end(), piece.source()));
    return content;
  }

  private EntryShape shape() {
    return new EntryShape(3, CHUNK, content(), object -> false);
  }

  private ChunkEntry entry(@Nullable Base planned) {
    return shape().entry(planned);
  }

  private static Group group(ObjectRef object, int first, int... blocks) {
    char[] numbers = new char[blocks.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (char) blocks[i];
    }
    return new Group(new Extent.Source.InObject(object, first), BlockNumbers.of(numbers));
  }
}
