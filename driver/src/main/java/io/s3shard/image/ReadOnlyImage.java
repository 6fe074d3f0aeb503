package io.s3shard.image;

import io.s3shard.error.InvalidRequest;
import io.s3shard.format.BlockRange;
import io.s3shard.format.Blocks;
import io.s3shard.format.VolumeId;
import io.s3shard.store.Purpose;
import java.nio.ByteBuffer;

/** A volume as it was when it was opened for reading. */
final class ReadOnlyImage implements Image {
  private final VolumeId volume;
  private final CommittedMap committed;
  private final ReadAhead readAhead;
  private final long sizeBytes;
  private final MapShares maps;

  ReadOnlyImage(
      VolumeId volume,
      CommittedMap committed,
      ReadAhead readAhead,
      long sizeBytes,
      MapShares maps) {
    this.volume = volume;
    this.committed = committed;
    this.readAhead = readAhead;
    this.sizeBytes = sizeBytes;
    this.maps = maps;
    maps.opened(committed);
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void read(long offset, ByteBuffer into) {
    int length = into.remaining();
    if (offset < 0 || offset + length > sizeBytes) {
      throw new InvalidRequest(
          "bytes " + offset + "+" + length + " lie beyond the image's end at " + sizeBytes);
    }
    if (length == 0) {
      return;
    }
    readAhead.reading(offset, length, sizeBytes);
    BlockRange range = BlockRange.between(offset / Blocks.SIZE, Blocks.covering(offset + length));
    boolean aligned = offset % Blocks.SIZE == 0 && length % Blocks.SIZE == 0;
    if (aligned) {
      committed.read(range, into, into.position(), Purpose.READ);
      into.position(into.limit());
    } else {
      ByteBuffer blocks = ByteBuffer.allocate(Math.toIntExact(range.count() * Blocks.SIZE));
      committed.read(range, blocks, 0, Purpose.READ);
      into.put(blocks.slice((int) (offset % Blocks.SIZE), length));
    }
  }

  @Override
  public long nextData(long offset) {
    if (offset >= sizeBytes) {
      return sizeBytes;
    }
    long block = committed.nextData(offset / Blocks.SIZE, Blocks.covering(sizeBytes));
    return Math.min(sizeBytes, Math.max(offset, block * Blocks.SIZE));
  }

  @Override
  public void write(long offset, ByteBuffer data) {
    throw readOnly();
  }

  @Override
  public void discard(long offset, long length) {
    throw readOnly();
  }

  @Override
  public void zero(long offset, long length) {
    throw readOnly();
  }

  @Override
  public void grow(long newSizeBytes) {
    throw readOnly();
  }

  private InvalidRequest readOnly() {
    return new InvalidRequest("volume " + volume + " is open for reading only");
  }

  /** Nothing was written. */
  @Override
  public void flush() {}

  @Override
  public void close() {
    maps.closed(committed);
  }
}
