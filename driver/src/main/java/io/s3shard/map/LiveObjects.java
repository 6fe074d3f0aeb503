package io.s3shard.map;

import io.s3shard.format.ObjectRef;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Which objects a checkpoint in the bucket needs: its map, and the data that shows in it. */
public final class LiveObjects {
  private final Checkpointed checkpoint;

  /** {@code deltas}: those of the root, oldest first. */
  public LiveObjects(ObjectRef rootRef, Root root, List<Page> deltas) {
    this.checkpoint = new Checkpointed(Optional.of(rootRef), root, deltas);
  }

  /**
   * Tells {@code live} of each of them, of some more than once. Entries that a newer delta replaces
   * do not count. Pages are loaded one after the other.
   */
  public void tell(PageSource pages, Consumer<ObjectRef> live) {
    checkpoint.objects().forEach(live);
    for (int d = 0; d < checkpoint.deltas().size(); d++) {
      tell(checkpoint.deltas().get(d), d, live);
    }
    for (PageRef page : checkpoint.root().pages()) {
      tell(pages.load(page.page()), -1, live);
    }
  }

  /** {@code delta}: the newest one that may speak of the page's chunks; -1: none. */
  private void tell(Page page, int delta, Consumer<ObjectRef> live) {
    for (int i = 0; i < page.size(); i++) {
      if (checkpoint.newestDelta(page.chunk(i)) == delta) {
        page.uses(i, checkpoint.root().chunkBlocks(), (object, _) -> live.accept(object));
      }
    }
  }
}
