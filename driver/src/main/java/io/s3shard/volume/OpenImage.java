package io.s3shard.volume;

import io.s3shard.image.Image;

/** One use of an image, by one open file. */
public interface OpenImage {
  /**
   * The image to read and write now. Of a use for reading it may change: once somebody here opens
   * the volume for writing, that one is shown.
   */
  Image image();

  /**
   * Ends the use. The volume's epoch ends some seconds after the last use for writing. Does nothing
   * the second time.
   */
  void release();
}
