package io.s3shard.fuse;

import io.s3shard.image.Image;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** An image in a sparse file on a tmpfs, that counts what it was asked for. */
final class MemoryImage implements Image {
  final AtomicLong size = new AtomicLong();
  final AtomicInteger flushes = new AtomicInteger();
  final AtomicLong discarded = new AtomicLong();
  final AtomicInteger reading = new AtomicInteger();
  final AtomicInteger mostReading = new AtomicInteger();
  volatile Runnable beforeRead = () -> {};
  private final FileChannel bytes;

  MemoryImage(Path file) throws IOException {
    this.bytes =
        FileChannel.open(
            file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
  }

  @Override
  public long sizeBytes() {
    return size.get();
  }

  @Override
  public void read(long offset, ByteBuffer into) {
    mostReading.accumulateAndGet(reading.incrementAndGet(), Math::max);
    try {
      beforeRead.run();
      ByteBuffer rest = into.duplicate();
      while (rest.hasRemaining()) {
        int read = bytes.read(rest, offset + rest.position() - into.position());
        if (read < 0) { // a hole at the end of the file
          while (rest.hasRemaining()) {
            rest.put((byte) 0);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      reading.decrementAndGet();
    }
  }

  @Override
  public void write(long offset, ByteBuffer data) {
    try {
      long end = offset + data.remaining();
      bytes.write(data, offset);
      size.accumulateAndGet(end, Math::max);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void discard(long offset, long length) {
    discarded.addAndGet(length);
    long end = Math.min(offset + length, size.get());
    if (end > offset) {
      zeros(offset, end - offset);
    }
  }

  @Override
  public void zero(long offset, long length) {
    zeros(offset, length);
    size.accumulateAndGet(offset + length, Math::max);
  }

  private void zeros(long offset, long length) {
    ByteBuffer zeros = ByteBuffer.allocate(1 << 20);
    try {
      for (long at = offset; at < offset + length; at += zeros.capacity()) {
        bytes.write(
            zeros.clear().limit((int) Math.min(zeros.capacity(), offset + length - at)), at);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void flush() {
    flushes.incrementAndGet();
  }

  @Override
  public void grow(long sizeBytes) {
    size.accumulateAndGet(sizeBytes, Math::max);
  }

  @Override
  public void close() {}
}
