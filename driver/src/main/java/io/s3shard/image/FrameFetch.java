package io.s3shard.image;

import io.s3shard.cache.Frame;
import io.s3shard.format.Blocks;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.ObjectRef;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A GET under way, of {@code frames} frames of an object from {@code first} on, and where they go
 * when they are here. Its reader's lock guards who waits for it.
 */
final class FrameFetch {
  /**
   * {@code count} blocks of a frame, from its block {@code first}, go into {@code into} at {@code
   * at}.
   */
  record Part(Frame frame, int first, int count, ByteBuffer into, int at) {}

  private record Wanted(Part part, Reading reading) {}

  private final ObjectRef object;
  private final long first;
  private final int frames;
  private final List<Wanted> wanted = new ArrayList<>();

  FrameFetch(ObjectRef object, long first, int frames) {
    this.object = object;
    this.first = first;
    this.frames = frames;
  }

  ObjectRef object() {
    return object;
  }

  int frames() {
    return frames;
  }

  Frame frame(int index) {
    return new Frame(object, first + index);
  }

  long firstBlock() {
    return first * Blocks.PER_FRAME;
  }

  int blocks() {
    return (int) Math.min((long) frames * Blocks.PER_FRAME, object.blocks() - firstBlock());
  }

  void add(Part part, Reading reading) {
    wanted.add(new Wanted(part, reading));
  }

  /** Fills all parts from {@code bytes}, which holds the frames as they lie in the object. */
  void deliver(ByteBuffer bytes) {
    for (Wanted one : wanted) {
      Part part = one.part();
      int frame = (int) (part.frame().number() - first) * ObjectFormat.FRAME_BYTES;
      int from = frame + ObjectFormat.FRAME_HEADER_BYTES + part.first() * Blocks.SIZE;
      part.into().put(part.at(), bytes, from, part.count() * Blocks.SIZE);
      one.reading().filled();
    }
  }

  /** There is nothing to deliver. */
  void fail(Throwable failure) {
    wanted.forEach(one -> one.reading().failed(failure));
  }
}
