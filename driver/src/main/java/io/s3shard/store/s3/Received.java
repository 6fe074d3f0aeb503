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

  /** The length that the server gave, of the part that it sent. */
  long promised() {
    return head.contentLength() == null ? body.remaining() : head.contentLength();
  }

  private static ByteBuffer read(GetObjectResponse head, AbortableInputStream stream, long atMost)
      throws IOException {
    if (head.contentLength() == null) {
      return ByteBuffer.wrap(stream.readNBytes(Math.toIntExact(atMost))).asReadOnlyBuffer();
    }
    if (head.contentLength() > atMost) {
      stream.abort(); // not what was asked for: do not read on to be polite
      return ByteBuffer.allocate(0).asReadOnlyBuffer();
    }
    byte[] bytes = new byte[Math.toIntExact(head.contentLength())];
    fill(bytes, stream);
    return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
  }

  private static void fill(byte[] bytes, InputStream stream) throws IOException {
    int count = stream.readNBytes(bytes, 0, bytes.length);
    if (count < bytes.length) {
      throw new EOFException(
          "the connection ended after " + count + " of " + bytes.length + " bytes");
    }
  }
}
