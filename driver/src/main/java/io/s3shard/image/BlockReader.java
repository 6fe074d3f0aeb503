package io.s3shard.image;

import io.s3shard.cache.Frame;
import io.s3shard.cache.FrameCache;
import io.s3shard.cache.IoBuffers;
import io.s3shard.execution.Execution;
import io.s3shard.format.Blocks;
import io.s3shard.format.FrameCheck;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.ObjectRef;
import io.s3shard.store.Body;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads blocks of objects: from the cache, else by ranged GETs of whole frames, one request for
 * each missing run, shared by all who want the same frames at the same time. Everything is verified
 * before anybody sees it. Thread-safe.
 */
public final class BlockReader {
  /** How many GETs one read may have under way. */
  private static final int WIDTH = 16;

  /** The buffers of a reader that serves one command. */
  private static final long COMMAND_BUFFER_BYTES = 8 << 20;

  /**
   * Where blocks {@code first} to {@code first + count - 1} of an object's payload go: {@code into}
   * at {@code at}.
   */
  record Request(ObjectRef object, long first, int count, ByteBuffer into, int at) {}

  private final ObjectStore store;
  private final Execution execution;
  private final FrameCache cache;
  private final IoBuffers buffers;
  private final Map<Frame, FrameFetch> underWay = new HashMap<>();

  public BlockReader(ObjectStore store, Execution execution, FrameCache cache) {
    this(store, execution, cache, new IoBuffers(execution, COMMAND_BUFFER_BYTES));
  }

  public BlockReader(ObjectStore store, Execution execution, FrameCache cache, IoBuffers buffers) {
    this.store = store;
    this.execution = execution;
    this.cache = cache;
    this.buffers = buffers;
  }

  /**
   * Carries out all requests. Until it returns, or throws, their buffers are written to.
   *
   * @throws io.s3shard.error.ObjectMissing if an object is gone
   * @throws io.s3shard.error.Damaged if one does not hold what it must
   */
  void read(List<Request> requests, Purpose purpose) {
    List<FrameFetch.Part> missing = new ArrayList<>();
    for (Request request : requests) {
      fromCache(request, missing);
    }
    if (missing.isEmpty()) {
      return;
    }
    Reading reading = new Reading(execution.signal(), missing.size());
    List<FrameFetch> own = plan(missing, reading);
    if (!own.isEmpty()) {
      carryOut(own, purpose);
    }
    reading.await();
  }

  private void carryOut(List<FrameFetch> fetches, Purpose purpose) {
    Parallel.run(
        execution,
        "get",
        WIDTH,
        fetches.stream().map(fetch -> (Runnable) () -> carryOut(fetch, purpose)).toList());
  }

  /**
   * Begins to bring frames into the cache that are not there and not on their way: whoever wants
   * one of them from now on waits for it. Returns at once; {@code done} is called when all are
   * there, or are not to be had, by whoever was the last.
   */
  void prefetch(Collection<Frame> frames, Runnable done) {
    List<FrameFetch> own;
    synchronized (underWay) {
      FetchPlan plan = new FetchPlan(longestFrames());
      for (Frame frame : frames) {
        if (!underWay.containsKey(frame) && !cache.has(frame)) {
          plan.want(frame);
        }
      }
      own = plan.fetches(underWay);
    }
    if (own.isEmpty()) {
      done.run();
      return;
    }
    execution.fork(
        "prefetch",
        () -> {
          try {
            carryOut(own, Purpose.PREFETCH);
          } finally {
            done.run();
          }
          return null;
        });
  }

  /** Takes what is cached; what is not becomes parts, one a frame. */
  private void fromCache(Request request, List<FrameFetch.Part> missing) {
    int done = 0;
    while (done < request.count()) {
      long block = request.first() + done;
      int first = (int) (block % Blocks.PER_FRAME);
      int take = Math.min(Blocks.PER_FRAME - first, request.count() - done);
      Frame frame = new Frame(request.object(), block / Blocks.PER_FRAME);
      if (first + take > frame.blocks()) {
        throw new IllegalStateException(
            "block " + block + " of " + request.object() + " is beyond its end");
      }
      int at = request.at() + done * Blocks.SIZE;
      if (!cache.copy(frame, first, take, request.into(), at)) {
        missing.add(new FrameFetch.Part(frame, first, take, request.into(), at));
      }
      done += take;
    }
  }

  /** Finds who fetches each part, or makes it ours. */
  private List<FrameFetch> plan(List<FrameFetch.Part> missing, Reading reading) {
    FetchPlan plan = new FetchPlan(longestFrames());
    synchronized (underWay) {
      for (FrameFetch.Part part : missing) {
        if (!underWay.containsKey(part.frame())) {
          plan.want(part.frame());
        }
      }
      List<FrameFetch> own = plan.fetches(underWay);
      for (FrameFetch.Part part : missing) {
        FrameFetch fetch = underWay.get(part.frame());
        if (fetch == null) {
          throw new IllegalStateException(part.frame() + " was not planned");
        }
        fetch.add(part, reading);
      }
      return own;
    }
  }

  private int longestFrames() {
    return Math.min(FetchPlan.LONGEST_FRAMES, buffers.longestFrames());
  }

  /** Whatever comes of it is told to those who wait; nothing is thrown. */
  private void carryOut(FrameFetch fetch, Purpose purpose) {
    IoBuffers.Use use =
        purpose.compareTo(Purpose.MAP) < 0 ? IoBuffers.Use.AWAITED : IoBuffers.Use.BEHIND;
    boolean ended = false;
    try (IoBuffers.Lease lease = buffers.take(fetch.frames(), use)) {
      ByteBuffer bytes = lease.bytes();
      get(fetch, bytes, purpose);
      end(fetch);
      ended = true;
      fetch.deliver(bytes);
    } catch (RuntimeException | Error e) {
      if (ended) {
        throw e;
      }
      end(fetch);
      fetch.fail(e);
    }
  }

  private void get(FrameFetch fetch, ByteBuffer bytes, Purpose purpose) {
    ObjectKey key = fetch.object().key();
    store.get(
        key, ObjectFormat.physical(fetch.firstBlock(), fetch.blocks()), bytes.duplicate(), purpose);
    FrameCheck check = new FrameCheck(key);
    for (int i = 0; i < fetch.frames(); i++) {
      Frame frame = fetch.frame(i);
      check.verify(frame.number(), frame.blocks(), bytes, i * ObjectFormat.FRAME_BYTES);
      cache.keep(frame, bytes, i * ObjectFormat.FRAME_BYTES);
    }
  }

  /** From now on nobody joins it. */
  private void end(FrameFetch fetch) {
    synchronized (underWay) {
      for (int i = 0; i < fetch.frames(); i++) {
        underWay.remove(fetch.frame(i));
      }
    }
  }

  /** Keeps the blocks of an object that was just put as {@code body}, if there is room for it. */
  void keep(ObjectRef object, Body body) {
    if (!cache.takes(body.length())) {
      return;
    }
    ByteBuffer bytes = ByteBuffer.allocate(ObjectFormat.FRAME_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    Frame frame = new Frame(object, 0);
    for (ByteBuffer part : body.parts()) {
      while (part.hasRemaining() && frame.blocks() > 0) {
        int length = ObjectFormat.FRAME_HEADER_BYTES + frame.blocks() * Blocks.SIZE;
        int take = Math.min(part.remaining(), length - bytes.position());
        bytes.put(part.slice(part.position(), take));
        part.position(part.position() + take);
        if (bytes.position() == length) {
          cache.keep(frame, bytes.clear(), 0);
          frame = new Frame(object, frame.number() + 1);
        }
      }
    }
  }

  /**
   * Keeps blocks that were just written to an object, so that nobody must fetch them; {@code first}
   * is their place in it.
   */
  void keep(ObjectRef object, long first, ByteBuffer blocks) {
    FrameCheck check = new FrameCheck(object.key());
    ByteBuffer bytes = ByteBuffer.allocate(ObjectFormat.FRAME_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    long number = (first + Blocks.PER_FRAME - 1) / Blocks.PER_FRAME;
    int at = blocks.position() + (int) (number * Blocks.PER_FRAME - first) * Blocks.SIZE;
    while (at < blocks.limit()) {
      Frame frame = new Frame(object, number);
      if (at + frame.blocks() * Blocks.SIZE > blocks.limit()) {
        return;
      }
      for (int i = 0; i < frame.blocks(); i++) {
        ByteBuffer block = blocks.slice(at + i * Blocks.SIZE, Blocks.SIZE);
        bytes.putInt(
            Integer.BYTES * i, check.sum(number * Blocks.PER_FRAME + i, block.duplicate()));
        bytes.put(ObjectFormat.FRAME_HEADER_BYTES + i * Blocks.SIZE, block, 0, Blocks.SIZE);
      }
      cache.keep(frame, bytes, 0);
      at += frame.blocks() * Blocks.SIZE;
      number++;
    }
  }
}
