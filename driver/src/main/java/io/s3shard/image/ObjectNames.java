package io.s3shard.image;

import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.map.MapNames;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Fresh names for what an owner uploads. The tail at that moment is part of the name: the object
 * cannot be older than that slot, which a collector may rely on.
 */
final class ObjectNames implements MapNames {
  private final VolumeId volume;
  private final long epoch;
  private final AtomicLong tail;
  private final AtomicLong counter = new AtomicLong();

  ObjectNames(VolumeId volume, long epoch) {
    this.volume = volume;
    this.epoch = epoch;
    this.tail = new AtomicLong(epoch);
  }

  /** The owner has seen the log up to {@code slot}. */
  void tail(long slot) {
    tail.accumulateAndGet(slot, Math::max);
  }

  /** For a segment: blocks of many chunks. */
  ObjectRef segment(int blocks) {
    return ObjectRef.data(volume, epoch, tail.get(), 2 * counter.incrementAndGet() + 1, blocks);
  }

  /** For blocks of one chunk, to which no entry of another chunk will ever refer. */
  ObjectRef chunk(int blocks) {
    return ObjectRef.data(volume, epoch, tail.get(), 2 * counter.incrementAndGet(), blocks);
  }

  @Override
  public ObjectRef next() {
    return ObjectRef.map(volume, epoch, tail.get(), counter.incrementAndGet());
  }
}
