package io.s3shard.host;

import java.util.Locale;
import java.util.Optional;

/** The file systems that we make and grow. */
public enum FileSystem {
  EXT4(8L << 20),
  /** mkfs.xfs refuses less. */
  XFS(300L << 20),
  /** mkfs.btrfs refuses less. */
  BTRFS(109L << 20);

  private final long smallestBytes;

  FileSystem(long smallestBytes) {
    this.smallestBytes = smallestBytes;
  }

  /** As mount and blkid call it. */
  public String type() {
    return name().toLowerCase(Locale.ROOT);
  }

  public long smallestBytes() {
    return smallestBytes;
  }

  /** Empty: none of ours. */
  public static Optional<FileSystem> of(String type) {
    for (FileSystem one : values()) {
      if (one.type().equals(type)) {
        return Optional.of(one);
      }
    }
    return Optional.empty();
  }

  /** What can be chosen, for messages. */
  public static String choices() {
    return "ext4, xfs or btrfs";
  }
}
