package io.s3shard.volume;

import java.util.List;
import java.util.Optional;

/**
 * The snapshots of the images of a prefix, as a file system shows them: a folder for each image,
 * and in it a file for each snapshot. Nothing in it can be changed. Thread-safe.
 */
public interface SnapshotFolders {
  /**
   * The names of the images that have pins, which as a rule are snapshots, sorted; not older than a
   * second.
   */
  List<String> images();

  /**
   * The snapshots of an image, oldest first; not older than a second. Empty: there is no such
   * image.
   */
  Optional<List<ImageEntry>> list(String image);

  /** Not older than a second. */
  Optional<ImageEntry> find(String image, String snapshot);

  /**
   * Opens a snapshot, for reading. It stays what it is, but for one that is removed: then reads
   * fail.
   *
   * @throws io.s3shard.error.VolumeMissing if there is none
   */
  OpenImage open(String image, String snapshot);
}
