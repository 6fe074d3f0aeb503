package io.s3shard.fuse;

import io.s3shard.image.Image;
import io.s3shard.volume.OpenImage;
import java.util.concurrent.atomic.AtomicBoolean;

/** An open file: one use of an image. */
final class OpenFile {
  private final OpenImage use;
  private final boolean writing;
  private final AtomicBoolean wrote = new AtomicBoolean();

  OpenFile(OpenImage use, boolean writing) {
    this.use = use;
    this.writing = writing;
  }

  Image image() {
    return use.image();
  }

  /** The image, to change it: remembers that the close must flush. */
  Image changing() {
    wrote.set(true);
    return use.image();
  }

  boolean isWriting() {
    return writing;
  }

  /** Makes durable what was written through this file; nothing if nothing was. */
  void flush() {
    if (wrote.compareAndSet(true, false)) {
      try {
        use.image().flush();
      } catch (RuntimeException e) {
        wrote.set(true);
        throw e;
      }
    }
  }

  void release() {
    try {
      flush();
    } finally {
      use.release();
    }
  }
}
