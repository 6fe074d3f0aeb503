package io.s3shard.volume;

import io.s3shard.image.Image;

/**
 * How a directory comes by images. The policy of taking over a volume whose holder is dead, or
 * lives, is the source's.
 */
public interface ImageSource {
  /**
   * @throws io.s3shard.error.VolumeBusy naming the holder, if it is open elsewhere
   */
  Image openForWriting(Volume volume);

  /**
   * The state of this moment; it stays as it is. @throws io.s3shard.error.VolumeBusy naming the
   * holder, if it is open elsewhere
   */
  Image openForReading(Volume volume);

  /**
   * What a snapshot holds. @throws io.s3shard.error.ObjectMissing if it was removed, also later by
   * reads
   */
  Image openSnapshot(Snapshot snapshot);
}
