package io.s3shard.store.s3;

import io.s3shard.store.Body;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.zip.CRC32C;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;

/**
 * A body as the SDK wants it: a fresh stream over the parts for each reading (signing, sending),
 * never a copy.
 */
final class GatheredBody {
  private static final String CONTENT_TYPE = "application/octet-stream";

  private GatheredBody() {}

  static RequestBody of(Body body) {
    ContentStreamProvider streams = () -> new Parts(new ArrayDeque<>(body.parts()));
    return RequestBody.fromContentProvider(streams, body.length(), CONTENT_TYPE);
  }

  /** The checksum as the header {@code x-amz-checksum-crc32c} has it: big-endian, in Base64. */
  static String crc32c(Body body) {
    CRC32C crc = new CRC32C();
    body.parts().forEach(crc::update);
    return Base64.getEncoder()
        .encodeToString(ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array());
  }

  private static final class Parts extends InputStream {
    private final Deque<ByteBuffer> rest;

    Parts(Deque<ByteBuffer> rest) {
      this.rest = rest;
    }

    @Override
    public int read() {
      return skipEmpty() ? rest.element().get() & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      if (length == 0) {
        return 0;
      }
      if (!skipEmpty()) {
        return -1;
      }
      ByteBuffer part = rest.element();
      int count = Math.min(length, part.remaining());
      part.get(into, offset, count);
      return count;
    }

    @Override
    public int available() {
      return skipEmpty() ? rest.element().remaining() : 0;
    }

    /** Whether anything is left. */
    private boolean skipEmpty() {
      while (!rest.isEmpty() && !rest.element().hasRemaining()) {
        rest.remove();
      }
      return !rest.isEmpty();
    }
  }
}
