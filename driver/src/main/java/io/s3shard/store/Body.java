package io.s3shard.store;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * The bytes of a put, gathered from parts that need not lie together, so that dirty data is sent
 * from where it lies. The parts must not change until the put has returned. It can be read any
 * number of times.
 */
public final class Body {
  private final List<ByteBuffer> parts;
  private final long length;

  private Body(List<ByteBuffer> parts) {
    this.parts = parts.stream().map(ByteBuffer::asReadOnlyBuffer).toList();
    this.length = parts.stream().mapToLong(ByteBuffer::remaining).sum();
  }

  public static Body of(List<ByteBuffer> parts) {
    return new Body(parts);
  }

  public static Body of(ByteBuffer whole) {
    return new Body(List.of(whole));
  }

  public static Body of(byte[] whole) {
    return new Body(List.of(ByteBuffer.wrap(whole)));
  }

  /** In bytes. */
  public long length() {
    return length;
  }

  /** Fresh read-only views, each positioned at its start. */
  public List<ByteBuffer> parts() {
    return parts.stream().map(ByteBuffer::duplicate).toList();
  }

  /** A copy in one piece. */
  public ByteBuffer toBuffer() {
    ByteBuffer copy = ByteBuffer.allocate(Math.toIntExact(length));
    parts().forEach(copy::put);
    return copy.flip().asReadOnlyBuffer();
  }

  /** Whether these are the very bytes of {@code other}. */
  public boolean sameBytes(ByteBuffer other) {
    if (other.remaining() != length) {
      return false;
    }
    ByteBuffer rest = other.duplicate();
    for (ByteBuffer part : parts()) {
      ByteBuffer same = rest.slice(rest.position(), part.remaining());
      if (!same.equals(part)) {
        return false;
      }
      rest.position(rest.position() + part.remaining());
    }
    return true;
  }
}
