package io.s3shard.volume;

import java.util.List;
import java.util.Optional;

/**
 * The images of one prefix, as a file system shows them. Thread-safe; throws the exceptions of
 * {@code io.s3shard.error}.
 */
public interface ImageDirectory {
  /** Sorted by name; not older than a second. */
  List<ImageEntry> list();

  /** Not older than a second; of an image that is open here, its present size. */
  Optional<ImageEntry> find(String name);

  /**
   * An image of size 0. @throws io.s3shard.error.VolumeExists, InvalidRequest for a name that can't
   * be one
   */
  ImageEntry create(String name, int mode, int uid, int gid);

  /**
   * @throws io.s3shard.error.VolumeExists if {@code to} exists
   */
  void rename(String from, String to);

  /**
   * Deletes the image; its snapshots and clones keep what they need. @throws
   * io.s3shard.error.VolumeBusy if it is open here, or owned elsewhere
   */
  void remove(String name);

  /**
   * Opens for writing; one epoch a volume, however often it is opened here. @throws
   * io.s3shard.error.VolumeBusy naming the holder
   */
  OpenImage openForWriting(String name);

  /** The image that is open for writing here, else the state of this moment. */
  OpenImage openForReading(String name);

  /**
   * Changes attributes: at once in what {@link #find} shows; in the log now, or at the close of an
   * image that is open here.
   */
  void setAttributes(String name, ImageAttributes attributes);

  /** The snapshots of the images. */
  SnapshotFolders snapshots();

  /** Flushes and closes everything that is open. */
  void close();
}
