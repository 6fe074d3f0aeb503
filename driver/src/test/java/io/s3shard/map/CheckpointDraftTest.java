package io.s3shard.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.Damaged;
import io.s3shard.format.BlockRange;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Checkpoints, case by case; {@link ChunkMapModelTest} mixes them at random. */
class CheckpointDraftTest {
  private static final int CHUNK = 64;
  private static final VolumeId SELF = MapWorld.volume(1);

  private final Map<ObjectRef, ByteBuffer> bucket = new HashMap<>();
  private final ChunkMap map = ChunkMap.empty(SELF, CHUNK);
  private long slot;
  private long counter;

  @Test
  void theFirstCheckpointWritesAPage() {
    commit(whole(0), whole(1));
    Root root = checkpoint();
    assertThat(root.pages()).singleElement().extracting(PageRef::firstChunk).isEqualTo(0L);
    assertThat(root.deltas()).isEmpty();
    assertThat(root.covers()).isEqualTo(1);
  }

  @Test
  void aSmallChangeIsADelta() {
    commit(whole(0), whole(1));
    Root first = checkpoint();
    commit(whole(1));
    Root second = checkpoint();
    assertThat(second.pages()).isEqualTo(first.pages());
    assertThat(second.deltas()).hasSize(1);
  }

  @Test
  void nothingChangedIsARootOnly() {
    commit(whole(0));
    Root first = checkpoint();
    slot = 17;
    Root second = checkpoint();
    assertThat(second).isEqualTo(new Root(17, CHUNK, second.sizeBytes(), first.pages(), List.of()));
  }

  @Test
  void theThirtyThirdDeltaIsAPage() {
    commit(whole(0));
    Root first = checkpoint();
    for (int i = 0; i < 32; i++) {
      commit(whole(i));
      assertThat(checkpoint().deltas()).hasSize(i + 1);
    }
    commit(whole(40));
    CheckpointDraft draft = map.beginCheckpoint(slot, 0, Upkeep.NONE);
    Root last = encode(draft);
    assertThat(last.deltas()).isEmpty();
    assertThat(last.pages()).hasSize(1).isNotEqualTo(first.pages());
    assertThat(draft.superseded()).hasSize(34).contains(first.pages().getFirst().page());
    map.finishCheckpoint(draft);
    assertThat(map.pageBytes())
        .as("the old page and the deltas are gone")
        .isEqualTo(page(last.pages().getFirst().page()).memoryBytes());
  }

  /** A quarter of one page of 256 KiB. */
  @Test
  void deltasAreAQuarterOfThePagesAtMost() {
    commit(whole(0));
    checkpoint();
    long deltaBytes = 0;
    Root root;
    do {
      Extent[] chunks = new Extent[100];
      for (int i = 0; i < chunks.length; i++) {
        chunks[i] = whole(i);
      }
      commit(chunks);
      root = checkpoint();
      if (!root.deltas().isEmpty()) {
        deltaBytes += stored(root.deltas().getLast()).remaining();
      }
    } while (!root.deltas().isEmpty());
    assertThat(deltaBytes).isBetween(50_000L, 65_536L);
  }

  @Test
  void pagesAreSplitAt256KiB() {
    int chunks = 30_000;
    for (int from = 0; from < chunks; from += 1000) {
      Extent[] part = new Extent[1000];
      for (int i = 0; i < part.length; i++) {
        part[i] = whole(from + i);
      }
      commit(part);
    }
    Root root = checkpoint();
    assertThat(root.pages()).hasSizeGreaterThan(2);
    for (PageRef page : root.pages()) {
      assertThat(stored(page.page()).remaining()).isBetween(100 << 10, 256 << 10);
    }

    // a change in one page writes this one only
    for (int i = 0; i < 33; i++) {
      commit(whole(chunks - 1));
      checkpoint();
    }
    Root after = MapCodec.decodeRoot(map.root().orElseThrow(), stored(map.root().orElseThrow()));
    assertThat(after.deltas()).isEmpty();
    assertThat(after.pages()).hasSameSizeAs(root.pages()).startsWith(root.pages().getFirst());
    assertThat(after.pages().getLast()).isNotEqualTo(root.pages().getLast());
    assertThat(source(CHUNK * 12_345L)).isEqualTo(source(CHUNK * 12_345L + 3, 3));
  }

  @Test
  void aDiscardedChunkIsAnEmptyEntryOfADeltaAndNoneOfAPage() {
    commit(whole(0), whole(1), whole(2));
    checkpoint();
    commit(Extent.zeros(new BlockRange(CHUNK, CHUNK)));
    Page delta = page(checkpoint().deltas().getFirst());
    assertThat(delta.size()).isEqualTo(1);
    assertThat(delta.entry(0)).isEqualTo(new ChunkEntry(1, null, List.of()));
    while (map.liveMapObjects().size() > 2) {
      commit(whole(0));
      checkpoint();
    }
    Page page = page(map.liveMapObjects().get(1));
    assertThat(page.size()).isEqualTo(2);
    assertThat(page.indexOf(1)).isNegative();
  }

  /** blkdiscard of everything must not ask for what it discards. */
  @Test
  void aDiscardedImageNeedsNoPages() {
    fillPages();
    commit(Extent.zeros(new BlockRange(0, 1L << 30)));
    CheckpointDraft draft = reopened().beginCheckpoint(slot, 0, Upkeep.NONE);
    assertThat(draft.pagesNeeded()).hasSize(1); // the last, whose end is open
    draft.pagesNeeded().forEach(ref -> draft.install(ref, page(ref)));
    assertThat(encode(draft).pages()).isEmpty();
  }

  /** Also of those that are written whole: what they held dies. */
  @Test
  void onlyPagesOfWrittenChunksAreNeeded() {
    fillPages();
    ChunkMap reopened = reopened();
    reopened.apply(++slot, List.of(whole(5), inline(CHUNK * 29_999L, 1)));
    CheckpointDraft draft = reopened.beginCheckpoint(slot, 0, Upkeep.NONE);
    List<ObjectRef> pages = map.liveMapObjects().subList(1, map.liveMapObjects().size());
    assertThat(pages).hasSizeGreaterThan(2);
    assertThat(draft.pagesNeeded()).containsExactly(pages.getFirst(), pages.getLast());
    assertThatThrownBy(draft::toGather).isInstanceOf(IllegalStateException.class);
  }

  private void fillPages() {
    Extent[] chunks = new Extent[30_000];
    for (int i = 0; i < chunks.length; i++) {
      chunks[i] = whole(i);
    }
    commit(chunks);
    checkpoint();
  }

  private ChunkMap reopened() {
    ObjectRef root = map.root().orElseThrow();
    ChunkMap reopened = ChunkMap.of(SELF, root, MapCodec.decodeRoot(root, stored(root)), List.of());
    if (slot > reopened.covers()) {
      reopened.apply(slot, List.of(Extent.zeros(new BlockRange(0, 1L << 30))));
    }
    return reopened;
  }

  @Test
  void whatIsInlineMustBeGathered() {
    commit(inline(3, 2), inline(CHUNK - 1, 2));
    CheckpointDraft draft = map.beginCheckpoint(slot, 0, Upkeep.NONE);
    assertThat(draft.toGather()).hasSize(2);
    assertThatThrownBy(() -> draft.encode(this::mapRef, this::page, batch -> {}))
        .isInstanceOf(IllegalStateException.class);
    ObjectRef segment = data(4);
    Extent first = Extent.of(new BlockRange(3, 2), segment, 0);
    Extent second = Extent.of(new BlockRange(CHUNK - 1, 2), segment, 2);
    Extent beyond = Extent.of(new BlockRange(CHUNK - 1, 2), segment, 3);
    Extent inline = Extent.of(new BlockRange(CHUNK - 1, 2), ObjectRef.log(SELF, 1, 4), 2);
    for (List<Extent> wrong :
        List.of(
            List.of(first),
            List.of(second, first),
            List.of(first, beyond),
            List.of(first, inline))) {
      assertThatThrownBy(() -> draft.gathered(wrong, List.of()))
          .isInstanceOf(IllegalArgumentException.class);
    }
    draft.gathered(List.of(first, second), List.of());
    encode(draft);
    map.finishCheckpoint(draft);
    assertThat(map.tailExtents()).isZero();
    assertThat(source(4)).isEqualTo(new Extent.Source.InObject(segment, 1));
    assertThat(source(CHUNK)).isEqualTo(new Extent.Source.InObject(segment, 3));
  }

  @Test
  void whatIsCommittedMeanwhileStays() {
    commit(whole(0));
    CheckpointDraft draft = map.beginCheckpoint(slot, 0, Upkeep.NONE);
    Extent younger = inline(5, 1);
    commit(younger);
    encode(draft);
    map.finishCheckpoint(draft);
    assertThat(map.tailExtents()).isEqualTo(1);
    assertThat(source(5)).isEqualTo(younger.source());
  }

  /**
   * Replayed above the checkpoint's pages it would undo what was written between its cut and the
   * checkpoint.
   */
  @Test
  void aRebaseFromBeforeACheckpointIsDamage() {
    commit(whole(0));
    commit(whole(1));
    assertThat(map.rebaseFloor()).isZero();
    map.beginCheckpoint(slot, 0, Upkeep.NONE);
    assertThat(map.rebaseFloor()).isEqualTo(2);
    Extent late = new Extent(new BlockRange(0, 1), new Extent.Source.InObject(data(1), 0), 1);
    assertThatThrownBy(() -> map.apply(3, List.of(late)))
        .isInstanceOf(Damaged.class)
        .hasMessageContaining("log/");
    commit(new Extent(new BlockRange(0, 1), new Extent.Source.InObject(data(1), 0), 2));
    assertThatThrownBy(() -> map.beginCheckpoint(2, 0, Upkeep.NONE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aCloneBeginsWithItsParentsState() {
    commit(whole(0), whole(1));
    checkpoint();
    Extent last = inline(CHUNK, 1);
    commit(last);
    ChunkMap clone = map.cloneAs(MapWorld.volume(2));
    assertThat(clone.covers()).isZero();
    clone.apply(2, List.of(Extent.zeros(new BlockRange(0, 1))));
    CheckpointDraft draft = clone.beginCheckpoint(2, 0, Upkeep.NONE);
    draft.pagesNeeded().forEach(ref -> draft.install(ref, page(ref)));
    assertThat(draft.toGather()).containsExactly(last);
    draft.gathered(List.of(Extent.of(new BlockRange(CHUNK, 1), data(1), 0)), List.of());
    encode(draft);
    assertThat(draft.superseded()).as("the parent's objects").isEmpty();
  }

  /** Whatever of a pin's segments is dead can't be freed: others must not be copied for it. */
  @Test
  void segmentsThatAPinNeedsAreNeitherEmptiedNorMakeOthersBe() {
    ObjectRef pinned = ObjectRef.data(SELF, 1, 1, 1001, 100);
    ObjectRef free = ObjectRef.data(SELF, 1, 2, 1003, 100);
    commit(Extent.of(new BlockRange(0, 60), pinned, 0));
    commit(Extent.of(new BlockRange(CHUNK, 60), free, 0));
    checkpoint();
    assertThat(map.sparsestSegments(0, 40).segments()).hasSize(1);
    assertThat(map.sparsestSegments(0, 39).segments()).containsExactlyInAnyOrder(pinned, free);
    assertThat(map.sparsestSegments(1, 40)).isEqualTo(Emptying.NONE);
    assertThat(map.sparsestSegments(1, 39).segments()).containsExactly(free);
  }

  private void commit(Extent... extents) {
    map.apply(++slot, List.of(extents));
  }

  private Extent whole(long chunk) {
    return Extent.of(new BlockRange(chunk * CHUNK, CHUNK), data(CHUNK), 0);
  }

  private Extent inline(long first, int count) {
    return Extent.of(new BlockRange(first, count), ObjectRef.log(SELF, slot + 1, 100), first % 50);
  }

  private ObjectRef data(int blocks) {
    return ObjectRef.data(SELF, 1, slot, ++counter, blocks);
  }

  private ObjectRef mapRef() {
    return ObjectRef.map(SELF, 1, slot, ++counter);
  }

  private Root checkpoint() {
    CheckpointDraft draft = map.beginCheckpoint(slot, 1 << 20, Upkeep.NONE);
    assertThat(draft.pagesNeeded()).isEmpty();
    Root root = encode(draft);
    map.finishCheckpoint(draft);
    return root;
  }

  private Root encode(CheckpointDraft draft) {
    List<EncodedObject> objects = new ArrayList<>();
    draft.encode(this::mapRef, this::page, objects::addAll);
    objects.forEach(object -> bucket.put(object.ref(), object.body().toBuffer()));
    assertThat(objects.getLast().ref()).isEqualTo(draft.rootRef());
    return MapCodec.decodeRoot(draft.rootRef(), stored(draft.rootRef()));
  }

  private ByteBuffer stored(ObjectRef ref) {
    return Objects.requireNonNull(bucket.get(ref));
  }

  private Page page(ObjectRef ref) {
    return MapCodec.decodePage(ref, CHUNK, stored(ref));
  }

  private Extent.Source source(long block) {
    return ((Lookup.Found) map.lookup(new BlockRange(block, 1))).pieces().getFirst().source();
  }

  /** What lies {@code blocks} before a block. */
  private Extent.Source source(long block, long blocks) {
    return source(block).skip(-blocks);
  }
}
