package io.s3shard.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.format.BlockRange;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.store.Body;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What merging and folding copy for each block that is written at random, one a COMMIT, with
 * checkpoints as they are by default: the figures of RFC 0002. Nothing is stored but the map.
 */
class MergeCostTest {
  private static final int CHUNK = 1024;
  private static final int SEGMENT = 2048;
  private static final int COMMITS = 1024;
  private static final VolumeId SELF = MapWorld.volume(1);

  private final Random random = new Random(20261124);
  private final Map<ObjectRef, Body> encoded = new HashMap<>();
  private final ChunkMap map = ChunkMap.empty(SELF, CHUNK);
  private long slot = 1;
  private long counter;
  private long gathered;
  private long merged;
  private long folded;
  private long pieces;

  private void fill(int chunks) {
    List<Extent> extents = new ArrayList<>();
    for (int chunk = 0; chunk < chunks; chunk++) {
      ObjectRef object = ObjectRef.data(SELF, 1, slot, 2 * ++counter, CHUNK);
      extents.add(Extent.of(new BlockRange((long) chunk * CHUNK, CHUNK), object, 0));
    }
    map.apply(++slot, extents);
    checkpoint();
  }

  /** Writes blocks anywhere, one a COMMIT. */
  private void write(int chunks, long blocks, int commitsACheckpoint) {
    for (long i = 0; i < blocks; i++) {
      long block = random.nextLong((long) chunks * CHUNK);
      ObjectRef inline = ObjectRef.log(SELF, slot + 1, 1);
      map.apply(++slot, List.of(Extent.of(new BlockRange(block, 1), inline, 0)));
      if (i % commitsACheckpoint == commitsACheckpoint - 1) {
        checkpoint();
      }
    }
  }

  private void checkpoint() {
    long allowed = Math.max(map.space().liveBlocks() / 2, 16 << 10);
    Emptying emptying = map.sparsestSegments(0, allowed);
    Upkeep upkeep = new Upkeep(0, 0.5, emptying.segments(), 2L * COMMITS);
    CheckpointDraft draft = map.beginCheckpoint(slot, 0, upkeep);
    draft.searchBetween(emptying.firstChunk(), emptying.endChunk());
    while (draft.nextToSearch().isPresent()) {
      ObjectRef next = draft.nextToSearch().get();
      draft.search(next, page(next));
    }
    draft.pagesNeeded().forEach(ref -> draft.install(ref, page(ref)));
    copy(draft);
    draft.encode(
        () -> ObjectRef.map(SELF, 1, slot, ++counter),
        this::page,
        objects -> objects.forEach(object -> encoded.put(object.ref(), object.body())));
    encoded.remove(draft.rootRef());
    map.finishCheckpoint(draft);
    draft.superseded().forEach(encoded::remove);
    slot++;
  }

  private Page page(ObjectRef ref) {
    return MapCodec.decodePage(ref, CHUNK, Objects.requireNonNull(encoded.get(ref)).toBuffer());
  }

  private void copy(CheckpointDraft draft) {
    List<Extent> moved = new ArrayList<>();
    List<Extent> segment = new ArrayList<>();
    long filled = 0;
    for (List<Extent> chunk : byChunk(draft.toGather())) {
      long size = chunk.stream().mapToLong(extent -> extent.range().count()).sum();
      if (filled + size > SEGMENT) {
        seal(segment, filled, moved);
        filled = 0;
      }
      segment.addAll(chunk);
      filled += size;
    }
    seal(segment, filled, moved);
    List<ObjectRef> objects = new ArrayList<>();
    for (Fold fold : draft.toFold()) {
      objects.add(ObjectRef.data(SELF, 1, slot, 2 * ++counter, fold.blocks()));
      folded += fold.blocks();
    }
    draft.gathered(moved, objects);
  }

  private Collection<List<Extent>> byChunk(List<Extent> extents) {
    Map<Long, List<Extent>> chunks = new TreeMap<>();
    for (Extent extent : extents) {
      boolean inline =
          extent.source() instanceof Extent.Source.InObject in
              && in.object().kind() == ObjectRef.Kind.LOG;
      gathered += inline ? extent.range().count() : 0;
      merged += inline ? 0 : extent.range().count();
      pieces += inline ? 0 : 1;
      long first = extent.range().first();
      for (long at = first; at < extent.range().end(); ) {
        long end = Math.min(extent.range().end(), (at / CHUNK + 1) * CHUNK);
        Extent part = new Extent(BlockRange.between(at, end), extent.source().skip(at - first), 0);
        chunks.computeIfAbsent(at / CHUNK, chunk -> new ArrayList<>()).add(part);
        at = end;
      }
    }
    return chunks.values();
  }

  private void seal(List<Extent> segment, long blocks, List<Extent> moved) {
    if (segment.isEmpty()) {
      return;
    }
    ObjectRef object = ObjectRef.data(SELF, 1, slot, 2 * ++counter + 1, (int) blocks);
    long at = 0;
    for (Extent extent : segment) {
      moved.add(Extent.of(extent.range(), object, at));
      at += extent.range().count();
    }
    segment.clear();
  }

  /** {@code each}: blocks copied for one written; with its COMMIT it is 1.08 more bytes. */
  @ParameterizedTest
  @CsvSource({
    "1 GiB a tenth, 256, 0.1, 1024, 2.2",
    "as thin as 1 TiB a tenth, 2048, 0.1, 128, 3.1",
    "64 MiB for ever, 16, 10, 1024, 2.8",
    "a hot chunk, 1, 20, 1024, 1.1"
  })
  void copiesAreBounded(String what, int chunks, double rounds, int commits, double each) {
    fill(chunks);
    long written = (long) (rounds * chunks * CHUNK);
    write(chunks, written, commits);
    double copied = (double) (gathered + merged + folded) / written;
    System.out.printf(
        "%s: gathered %.2f, merged %.2f in %.2f pieces, folded %.2f, in all %.2f; %s%n",
        what,
        (double) gathered / written,
        (double) merged / written,
        (double) pieces / written,
        (double) folded / written,
        copied,
        map.space());
    assertThat(copied).isLessThan(each);
    assertThat(map.space().deadBlocks()).isLessThan(map.space().liveBlocks() * 5 / 4);
  }
}
