package io.s3shard.log;

import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.store.ListedObject;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The slots of a log, newest first, as a listing shows them: asked for page by page, as far as they
 * are needed.
 */
final class ListedSlots {
  /** Enough for a tail and the blind records before it. */
  private static final int PAGE = 16;

  /** A filled slot, and the ETag that its bytes had when it was listed. */
  record Listed(long slot, String etag) {}

  private final VolumeId volume;
  private final ObjectStore store;
  private final Deque<Listed> page = new ArrayDeque<>();
  private @Nullable String after;
  private boolean more = true;

  /** From the tail. */
  ListedSlots(VolumeId volume, ObjectStore store) {
    this.volume = volume;
    this.store = store;
  }

  /** From {@code slot} down. */
  ListedSlots(VolumeId volume, ObjectStore store, long slot) {
    this(volume, store);
    after = Layout.log(volume, slot + 1).value();
  }

  /** The next older slot; empty: there are no more. */
  Optional<Listed> next() {
    while (page.isEmpty() && more) {
      List<ListedObject> listed = store.list(Layout.logFolder(volume), after, PAGE, Purpose.LOG);
      for (ListedObject object : listed) {
        Layout.slot(volume, object.key())
            .ifPresent(slot -> page.add(new Listed(slot, object.etag())));
        after = object.key().value();
      }
      more = listed.size() == PAGE;
    }
    return Optional.ofNullable(page.poll());
  }
}
