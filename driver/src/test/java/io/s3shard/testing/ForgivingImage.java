package io.s3shard.testing;

import io.s3shard.error.S3ShardException;
import io.s3shard.image.Image;
import java.nio.ByteBuffer;

/** A rule broken on purpose: what can't be read is zeros. */
final class ForgivingImage extends ForwardingImage {
  ForgivingImage(Image image) {
    super(image);
  }

  @Override
  public void read(long offset, ByteBuffer into) {
    int start = into.position();
    try {
      super.read(offset, into);
    } catch (S3ShardException e) {
      into.put(start, new byte[into.limit() - start]);
      into.position(into.limit());
    }
  }
}
