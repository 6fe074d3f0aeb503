package io.s3shard.log;

import io.s3shard.error.ObjectMissing;
import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.store.ListedObject;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * The newest slots of a log, newest first, as one listing shows them. One only: between two of them
 * a slot may be trimmed and filled anew, and its ETag would say nothing.
 */
final class ListedSlots {
  /** Enough for a tail and the blind records before it, as a rule. */
  static final int FEW = 16;

  /** What a bucket lists at once. */
  private static final int MOST = 1_000;

  /** A filled slot, and the ETag that its bytes had when it was listed. */
  record Listed(long slot, String etag) {}

  private final Deque<Listed> slots = new ArrayDeque<>();
  private final boolean isWhole;
  private boolean isTooShort;
  private Optional<Listed> newest = Optional.empty();

  /** At most {@code limit}, from the tail. */
  ListedSlots(VolumeId volume, ObjectStore store, int limit) {
    this(volume, store, limit, Optional.empty());
  }

  /** At most {@code limit}, from {@code slot} down. */
  ListedSlots(VolumeId volume, ObjectStore store, int limit, long slot) {
    this(volume, store, limit, Optional.of(Layout.log(volume, slot + 1).value()));
  }

  private ListedSlots(VolumeId volume, ObjectStore store, int limit, Optional<String> after) {
    var listed = store.list(Layout.logFolder(volume), after.orElse(null), limit, Purpose.LOG);
    for (ListedObject object : listed) {
      Layout.slot(volume, object.key())
          .ifPresent(slot -> slots.add(new Listed(slot, object.etag())));
    }
    isWhole = listed.size() < limit;
  }

  /** The next limit for who needs more. */
  static int more(int limit) {
    return Math.min(MOST, 4 * limit);
  }

  /**
   * The next older slot; empty: there are no more. @throws ObjectMissing if the listing ends before
   * the log does
   */
  Optional<Listed> next() {
    if (slots.isEmpty() && !isWhole) {
      isTooShort = true;
      throw new ObjectMissing("a listing of the log is too short");
    }
    Optional<Listed> next = Optional.ofNullable(slots.poll());
    newest = newest.or(() -> next);
    return next;
  }

  /** The first that {@link #next} has given. */
  Optional<Listed> newest() {
    return newest;
  }

  /** Whether {@link #next} was asked for more than was listed. */
  boolean isTooShort() {
    return isTooShort;
  }
}
