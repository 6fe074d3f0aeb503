package io.s3shard.map;

import io.s3shard.format.VolumeId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Long runs of chunks that a checkpoint has made zeros without looking at them. What died with them
 * is found afterwards, a page of the checkpoint before at a time; until that is over its pages must
 * stay. For one thread.
 */
public final class Discarded {
  /** What died with some of the chunks, for {@link ChunkMap#settle}. */
  public record Part(SpaceChange change) {}

  private final VolumeId self;
  private final Checkpointed before;
  private final List<Touched> spans;
  private final long countedTo;
  private int next;

  Discarded(VolumeId self, Checkpointed before, List<Touched> spans, long countedTo) {
    this.self = self;
    this.before = before;
    this.spans = List.copyOf(spans);
    this.countedTo = countedTo;
  }

  /** The next part; null: that was all. */
  public @Nullable Part next(PageSource pages) {
    int parts = Math.max(1, before.root().pages().size());
    while (next < parts) {
      int index = next++;
      long from = index == 0 ? 0 : before.root().pages().get(index).firstChunk();
      long end = before.pageEnd(index);
      if (spans.stream().anyMatch(span -> span.first() < end && span.end() > from)) {
        return new Part(change(index, from, end, pages));
      }
    }
    return null;
  }

  private SpaceChange change(int index, long from, long end, PageSource pages) {
    List<Page> layers = new ArrayList<>(before.deltas().reversed());
    if (index < before.root().pages().size()) {
      layers.add(pages.load(before.root().pages().get(index).page()));
    }
    SpaceChange change = new SpaceChange(self, before.root().chunkBlocks(), countedTo);
    for (Touched span : spans) {
      long first = Math.max(from, span.first());
      MergedEntries entries = new MergedEntries(layers, first, Math.min(end, span.end()));
      while (entries.next()) {
        change.replace(
            entries.page().chunk(entries.index()),
            new SpaceChange.Entry(entries.page(), entries.index()),
            SpaceChange.Entry.NONE);
      }
    }
    return change;
  }
}
