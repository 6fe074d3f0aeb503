package io.s3shard.store.s3;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * The answer to a GET: its head, and its body unless that is longer than was asked for. A
 * connection that ends before the promised length is an I/O error; an answer that promises less
 * than was asked for is for the caller to judge.
 */
record Received(GetObjectResponse head, ByteBuffer body) {
  /** Reads a body of at most {@code atMost} bytes, and nothing of a longer one. */
  static ResponseTransformer<GetObjectResponse, Received> atMost(long atMost) {
    return (head, stream) -> new Received(head, read(head, stream, atMost));
  }

  /** Reads a body into {@code room}, as long as that is at most, and nothing of a longer one. */
  static ResponseTransformer<GetObjectResponse, Received> into(ByteBuffer room) {
    return (head, stream) -> new Received(head, read(head, stream, room));
  }

  /** The length that the server gave, of the part that it sent. */
  long promised() {
    return head.contentLength() == null ? body.remaining() : head.contentLength();
  }

  private static ByteBuffer read(GetObjectResponse head, AbortableInputStream stream, long atMost)
      throws IOException {
    if (head.contentLength() == null) {
      return ByteBuffer.wrap(stream.readNBytes(Math.toIntExact(atMost))).asReadOnlyBuffer();
    }
    long length = head.contentLength() > atMost ? 0 : head.contentLength();
    return read(head, stream, ByteBuffer.allocate(Math.toIntExact(length)));
  }

  private static ByteBuffer read(
      GetObjectResponse head, AbortableInputStream stream, ByteBuffer room) throws IOException {
    Long promised = head.contentLength();
    if (promised != null && promised > room.remaining()) {
      stream.abort(); // not what was asked for: do not read on to be polite
      return ByteBuffer.allocate(0).asReadOnlyBuffer();
    }
    int count = fill(room.duplicate(), stream);
    if (promised != null && count < promised) {
      throw new EOFException("the connection ended after " + count + " of " + promised + " bytes");
    }
    return room.slice(room.position(), count).asReadOnlyBuffer();
  }

  /** Reads until the end, or until there is no more room; how much it was. */
  private static int fill(ByteBuffer room, InputStream stream) throws IOException {
    if (room.hasArray()) {
      return stream.readNBytes(
          room.array(), room.arrayOffset() + room.position(), room.remaining());
    }
    byte[] bytes = stream.readNBytes(room.remaining());
    room.put(bytes);
    return bytes.length;
  }
}
