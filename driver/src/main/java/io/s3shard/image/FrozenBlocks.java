package io.s3shard.image;

import io.s3shard.format.BlockRange;
import io.s3shard.format.Blocks;
import io.s3shard.store.Purpose;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The whole blocks of a frozen cut. The arena is exact to the byte; a block of which only a part is
 * dirty is completed from the committed state. Runs of whole blocks stay where they are in the
 * arena: nothing of them is copied.
 */
final class FrozenBlocks {
  /** A run of blocks, and its bytes: null for zeros. */
  record Run(BlockRange range, @Nullable ByteBuffer bytes) {}

  /** A block of which only some bytes are dirty. */
  private static final class Partial {
    private final long block;
    private final List<DirtyIndex.Run> parts = new ArrayList<>();
    private long covered;

    private Partial(long block) {
      this.block = block;
    }
  }

  private final Arena arena;
  private final CommittedMap committed;
  private final Parallelism parallelism;
  private final List<Run> runs = new ArrayList<>();
  private final List<Partial> partials = new ArrayList<>();
  private final List<Integer> placeOfPartial = new ArrayList<>();
  private @Nullable Partial open;

  /** Runs reads side by side. */
  interface Parallelism {
    void run(List<Runnable> work);
  }

  private FrozenBlocks(Arena arena, CommittedMap committed, Parallelism parallelism) {
    this.arena = arena;
    this.committed = committed;
    this.parallelism = parallelism;
  }

  /** The blocks of a settled cut, by number. Reads what is needed to complete partial ones. */
  static List<Run> of(Cut cut, Arena arena, CommittedMap committed, Parallelism parallelism) {
    FrozenBlocks blocks = new FrozenBlocks(arena, committed, parallelism);
    for (DirtyIndex.Run run : cut.index.runs()) {
      blocks.add(run);
    }
    blocks.finish();
    blocks.complete(cut.sizeBytes);
    return List.copyOf(blocks.runs);
  }

  private void add(DirtyIndex.Run run) {
    long at = run.start();
    while (at < run.end()) {
      long inBlock = at % Blocks.SIZE;
      if (inBlock == 0 && run.end() - at >= Blocks.SIZE) {
        finish();
        long count = (run.end() - at) / Blocks.SIZE;
        if (!run.isZeros()) {
          count = Math.min(count, Integer.MAX_VALUE / Blocks.SIZE);
        }
        DirtyIndex.Run whole = run.part(at, at + count * Blocks.SIZE);
        runs.add(new Run(new BlockRange(at / Blocks.SIZE, count), bytes(whole)));
        at += count * Blocks.SIZE;
      } else {
        long end = Math.min(run.end(), at - inBlock + Blocks.SIZE);
        partial(at / Blocks.SIZE, run.part(at, end));
        at = end;
      }
    }
  }

  private void partial(long block, DirtyIndex.Run part) {
    if (open == null || open.block != block) {
      finish();
      open = new Partial(block);
    }
    open.parts.add(part);
    open.covered += part.length();
  }

  private void finish() {
    if (open != null) {
      partials.add(open);
      placeOfPartial.add(runs.size());
      runs.add(new Run(new BlockRange(open.block, 1), null));
      open = null;
    }
  }

  private void complete(long sizeBytes) {
    List<Runnable> work = new ArrayList<>();
    ByteBuffer[] content = new ByteBuffer[partials.size()];
    for (int i = 0; i < content.length; i++) {
      Partial partial = partials.get(i);
      ByteBuffer block = ByteBuffer.allocate(Blocks.SIZE);
      content[i] = block;
      long visible = Math.min(Blocks.SIZE, sizeBytes - partial.block * Blocks.SIZE);
      if (partial.covered < visible) {
        work.add(() -> committed.read(new BlockRange(partial.block, 1), block, 0, Purpose.FLUSH));
      }
    }
    if (!work.isEmpty()) {
      parallelism.run(work);
    }
    for (int i = 0; i < content.length; i++) {
      overlay(partials.get(i), content[i]);
      ByteBuffer bytes = Zeros.is(content[i]) ? null : content[i];
      runs.set(placeOfPartial.get(i), new Run(new BlockRange(partials.get(i).block, 1), bytes));
    }
  }

  private void overlay(Partial partial, ByteBuffer block) {
    for (DirtyIndex.Run part : partial.parts) {
      int at = (int) (part.start() % Blocks.SIZE);
      ByteBuffer bytes = bytes(part);
      if (bytes == null) {
        Zeros.fill(block, at, (int) part.length());
      } else {
        block.put(at, bytes, 0, bytes.remaining());
      }
    }
  }

  private @Nullable ByteBuffer bytes(DirtyIndex.Run run) {
    return run.isZeros() ? null : arena.bytes(run.segment(), run.position(), (int) run.length());
  }
}
