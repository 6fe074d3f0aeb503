package io.s3shard.image;

import io.s3shard.cache.Frame;
import io.s3shard.error.Damaged;
import io.s3shard.error.ObjectMissing;
import io.s3shard.execution.Execution;
import io.s3shard.format.FrameCheck;
import io.s3shard.format.ObjectFormat;
import io.s3shard.map.Piece;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Reads every frame and verifies its checksums; a few requests at once, of a MiB each. */
final class ReadFrames implements DataCheck {
  private static final int WIDTH = 16;
  private static final int LONGEST_FRAMES = 32;

  private final ObjectStore store;
  private final Execution execution;

  ReadFrames(ObjectStore store, Execution execution) {
    this.store = store;
    this.execution = execution;
  }

  @Override
  public Map<Frame, String> bad(List<Piece> pieces) {
    FetchPlan plan = new FetchPlan(LONGEST_FRAMES);
    DataCheck.frames(pieces).forEach(plan::want);
    Map<Frame, String> bad = new ConcurrentHashMap<>();
    List<Runnable> work =
        plan.fetches(new HashMap<>()).stream()
            .map(fetch -> (Runnable) () -> check(fetch, bad))
            .toList();
    if (!work.isEmpty()) {
      Parallel.run(execution, "check", WIDTH, work);
    }
    return bad;
  }

  /** Where a request of several frames fails, each is asked for by itself: one may be good. */
  private void check(FrameFetch fetch, Map<Frame, String> bad) {
    try {
      verify(fetch);
    } catch (ObjectMissing e) {
      all(fetch, String.valueOf(e.getMessage()), bad);
    } catch (Damaged e) {
      if (fetch.frames() == 1) {
        all(fetch, String.valueOf(e.getMessage()), bad);
        return;
      }
      for (int i = 0; i < fetch.frames(); i++) {
        check(new FrameFetch(fetch.object(), fetch.frame(i).number(), 1), bad);
      }
    }
  }

  private static void all(FrameFetch fetch, String why, Map<Frame, String> bad) {
    for (int i = 0; i < fetch.frames(); i++) {
      bad.put(fetch.frame(i), why);
    }
  }

  private void verify(FrameFetch fetch) {
    ObjectKey key = fetch.object().key();
    ByteBuffer bytes =
        store
            .get(key, ObjectFormat.physical(fetch.firstBlock(), fetch.blocks()), Purpose.BACKGROUND)
            .slice()
            .order(ByteOrder.LITTLE_ENDIAN);
    FrameCheck check = new FrameCheck(key);
    for (int i = 0; i < fetch.frames(); i++) {
      Frame frame = fetch.frame(i);
      check.verify(frame.number(), frame.blocks(), bytes, i * ObjectFormat.FRAME_BYTES);
    }
  }
}
