package io.s3shard.image;

import io.s3shard.error.S3ShardException;
import io.s3shard.execution.Execution;
import io.s3shard.execution.Signal;
import io.s3shard.format.Blocks;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.ObjectRef;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads blocks of objects: from the cache, else by ranged GETs of whole frames, one request for
 * each missing run, shared by all who want the same frames at the same time. Everything is verified
 * before anybody sees it. Thread-safe.
 */
public final class BlockReader {
  /** How many GETs one read may have under way. */
  private static final int WIDTH = 16;

  /**
   * Where blocks {@code first} to {@code first + count - 1} of an object's payload go: {@code into}
   * at {@code at}.
   */
  record Request(ObjectRef object, long first, int count, ByteBuffer into, int at) {}

  /**
   * A GET under way: frames {@code frame} to {@code frame + frames - 1}; whoever comes later waits
   * for it.
   */
  private static final class Fetch {
    private final ObjectRef object;
    private final long frame;
    private int frames;
    private boolean done;
    private @Nullable RuntimeException failure;
    private List<ByteBuffer> blocks = List.of();

    private Fetch(ObjectRef object, long frame) {
      this.object = object;
      this.frame = frame;
    }
  }

  private final ObjectStore store;
  private final Execution execution;
  private final FrameCache cache;
  private final Signal fetched;
  private final Map<FrameCache.Frame, Fetch> underWay = new HashMap<>();

  public BlockReader(ObjectStore store, Execution execution, FrameCache cache) {
    this.store = store;
    this.execution = execution;
    this.cache = cache;
    this.fetched = execution.signal();
  }

  /**
   * Carries out all requests.
   *
   * @throws io.s3shard.error.ObjectMissing if an object is gone
   * @throws io.s3shard.error.Damaged if one does not hold what it must
   */
  void read(List<Request> requests, Purpose purpose) {
    List<Fetch> own = new ArrayList<>();
    Map<FrameCache.Frame, Fetch> wanted = new HashMap<>();
    List<Request> missed = new ArrayList<>();
    for (Request request : requests) {
      if (!fromCache(request)) {
        missed.add(request);
        plan(request, own, wanted);
      }
    }
    if (missed.isEmpty()) {
      return;
    }
    if (!own.isEmpty()) {
      Parallel.run(
          execution,
          "get",
          WIDTH,
          own.stream().map(fetch -> (Runnable) () -> carryOut(fetch, purpose)).toList());
    }
    missed.forEach(request -> copy(request, wanted));
  }

  /**
   * Keeps blocks that were just written to an object, so that nobody must fetch them; {@code first}
   * is their place in it.
   */
  void keep(ObjectRef object, long first, ByteBuffer blocks) {
    long frame = (first + Blocks.PER_FRAME - 1) / Blocks.PER_FRAME;
    int at = blocks.position() + (int) (frame * Blocks.PER_FRAME - first) * Blocks.SIZE;
    while (at < blocks.limit()) {
      int end = Math.min(blocks.limit(), at + Blocks.PER_FRAME * Blocks.SIZE);
      boolean whole = end - at == Blocks.PER_FRAME * Blocks.SIZE;
      boolean last = frame * Blocks.PER_FRAME + (end - at) / Blocks.SIZE == object.blocks();
      if (whole || last) {
        cache.keep(new FrameCache.Frame(object, frame), blocks.slice(at, end - at));
      }
      at = end;
      frame++;
    }
  }

  private boolean fromCache(Request request) {
    int done = 0;
    while (done < request.count()) {
      long block = request.first() + done;
      int inFrame = (int) (block % Blocks.PER_FRAME);
      int take = Math.min(Blocks.PER_FRAME - inFrame, request.count() - done);
      FrameCache.Frame frame = new FrameCache.Frame(request.object(), block / Blocks.PER_FRAME);
      if (!cache.copy(frame, inFrame, take, request.into(), request.at() + done * Blocks.SIZE)) {
        return false;
      }
      done += take;
    }
    return true;
  }

  /**
   * Finds who fetches each frame of a request, or makes it ours. Neighbouring frames become one
   * GET.
   */
  private void plan(Request request, List<Fetch> own, Map<FrameCache.Frame, Fetch> wanted) {
    long last = (request.first() + request.count() - 1) / Blocks.PER_FRAME;
    Fetch open = null;
    synchronized (underWay) {
      for (long number = request.first() / Blocks.PER_FRAME; number <= last; number++) {
        FrameCache.Frame frame = new FrameCache.Frame(request.object(), number);
        Fetch other = wanted.containsKey(frame) ? wanted.get(frame) : underWay.get(frame);
        if (other != null) {
          wanted.put(frame, other);
          open = null;
          continue;
        }
        if (open == null) {
          open = new Fetch(request.object(), number);
          own.add(open);
        }
        open.frames++;
        underWay.put(frame, open);
        wanted.put(frame, open);
      }
    }
  }

  private void carryOut(Fetch fetch, Purpose purpose) {
    try {
      long first = fetch.frame * Blocks.PER_FRAME;
      int count =
          (int) Math.min((long) fetch.frames * Blocks.PER_FRAME, fetch.object.blocks() - first);
      if (count < 1) {
        throw new IllegalStateException(
            "block " + first + " of " + fetch.object + " is beyond its end");
      }
      ByteBuffer bytes =
          store.get(fetch.object.key(), ObjectFormat.physical(first, count), purpose);
      fetch.blocks = ObjectFormat.payload(fetch.object.key(), first, count, bytes);
      for (int frame = 0; frame < fetch.frames; frame++) {
        keepFrame(fetch, frame);
      }
    } catch (RuntimeException e) {
      fetch.failure = e;
    } finally {
      synchronized (underWay) {
        for (int i = 0; i < fetch.frames; i++) {
          underWay.remove(new FrameCache.Frame(fetch.object, fetch.frame + i));
        }
        fetch.done = true;
      }
      fetched.raise();
    }
  }

  private void keepFrame(Fetch fetch, int frame) {
    int from = frame * Blocks.PER_FRAME;
    int to = Math.min(from + Blocks.PER_FRAME, fetch.blocks.size());
    ByteBuffer whole = ByteBuffer.allocate((to - from) * Blocks.SIZE);
    fetch.blocks.subList(from, to).forEach(block -> whole.put(block.duplicate()));
    cache.keep(new FrameCache.Frame(fetch.object, fetch.frame + frame), whole.flip());
  }

  private void copy(Request request, Map<FrameCache.Frame, Fetch> wanted) {
    for (int i = 0; i < request.count(); i++) {
      long block = request.first() + i;
      Fetch fetch = wanted.get(new FrameCache.Frame(request.object(), block / Blocks.PER_FRAME));
      if (fetch == null) {
        throw new IllegalStateException(
            "block " + block + " of " + request.object() + " was not planned");
      }
      await(fetch);
      ByteBuffer content = fetch.blocks.get((int) (block - fetch.frame * Blocks.PER_FRAME));
      request.into().put(request.at() + i * Blocks.SIZE, content, 0, Blocks.SIZE);
    }
  }

  private void await(Fetch fetch) {
    while (true) {
      long seen = fetched.version();
      synchronized (underWay) {
        if (fetch.done) {
          break;
        }
      }
      fetched.await(seen);
    }
    RuntimeException failure = fetch.failure;
    if (failure instanceof S3ShardException) {
      throw failure;
    }
    if (failure != null) {
      throw new IllegalStateException("a read failed", failure);
    }
  }
}
