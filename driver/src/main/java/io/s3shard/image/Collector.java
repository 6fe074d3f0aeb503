package io.s3shard.image;

import io.s3shard.error.S3ShardException;
import io.s3shard.execution.Signal;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectRef;
import io.s3shard.log.LivePin;
import io.s3shard.map.Discarded;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what COMMITs of this owner made dead, at once, but for what a pin may see: its position
 * lies in [birth, death). A later PIN lies later, so there is no race (DESIGN §4, Collecting). What
 * is spared, and what a crash leaves, is the sweep's.
 */
final class Collector {
  private static final Logger LOG = LoggerFactory.getLogger(Collector.class);

  /**
   * What is dead once the COMMIT in {@code slot} is in the log. {@code discarded}: what else died
   * is to be found with the pages of the checkpoint before, {@code pages}, which go last.
   */
  record Death(
      long slot, List<ObjectKey> dead, Optional<Discarded> discarded, List<ObjectKey> pages) {
    int count() {
      return dead.size() + pages.size();
    }
  }

  /** So many deletions at a time beside the caller. */
  private static final int MOST = 8;

  private final ImageParts parts;
  private final Uploader uploader;
  private final Signal ended;
  private final AtomicLong deleted = new AtomicLong();

  /** Deletions that have begun and not ended; guarded by the image's lock. */
  private int running;

  Collector(ImageParts parts, Uploader uploader) {
    this.parts = parts;
    this.uploader = uploader;
    this.ended = parts.execution().signal();
  }

  /** How many objects were deleted. */
  long deleted() {
    return deleted.get();
  }

  /** Deletes beside the caller; on its time if deleting is slower than what dies. */
  void collect(Death death) {
    boolean beside;
    synchronized (parts.lock()) {
      beside = running < MOST;
      running++;
    }
    if (beside) {
      parts.execution().fork("collect", () -> run(death));
    } else {
      run(death);
    }
  }

  /** Returns when nothing is being deleted any more. */
  void finish() {
    while (true) {
      long seen = ended.version();
      synchronized (parts.lock()) {
        if (running == 0) {
          return;
        }
      }
      ended.await(seen);
    }
  }

  private @Nullable Void run(Death death) {
    try {
      bury(death);
    } catch (S3ShardException e) {
      LOG.warn(
          "volume {}: {} dead objects stay in the bucket: {}",
          parts.volume(),
          death.count(),
          e.getMessage());
    } finally {
      synchronized (parts.lock()) {
        running--;
      }
      ended.raise();
    }
    return null;
  }

  private void bury(Death death) {
    List<Long> pinned = parts.owned().pins().stream().map(LivePin::position).toList();
    delete(death.dead(), death.slot(), pinned);
    if (death.discarded().isPresent()) {
      buryDiscarded(death.discarded().get(), death.slot(), pinned);
    }
    delete(death.pages(), death.slot(), pinned);
  }

  private void buryDiscarded(Discarded discarded, long slot, List<Long> pinned) {
    for (Discarded.Part part = next(discarded); part != null; part = next(discarded)) {
      List<ObjectRef> dead;
      synchronized (parts.lock()) {
        dead = parts.committed().map().settle(part);
      }
      delete(dead.stream().map(ObjectRef::key).toList(), slot, pinned);
    }
  }

  private Discarded.@Nullable Part next(Discarded discarded) {
    return discarded.next(ref -> parts.committed().page(ref, Purpose.BACKGROUND));
  }

  private void delete(Collection<ObjectKey> keys, long death, List<Long> pinned) {
    List<ObjectKey> unseen = new ArrayList<>();
    for (ObjectKey key : keys) {
      long birth = birth(key);
      if (pinned.stream().noneMatch(position -> birth <= position && position < death)) {
        unseen.add(key);
      }
    }
    uploader.delete(unseen);
    deleted.addAndGet(unseen.size());
  }

  /** No COMMIT before it names the object. */
  private long birth(ObjectKey key) {
    return Layout.slot(parts.volume(), key)
        .or(() -> Layout.object(parts.volume(), key).map(ObjectRef::tail))
        .orElseThrow();
  }
}
