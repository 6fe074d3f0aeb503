package io.s3shard.fuse;

/**
 * What a path in a directory of images means: an image, or something below {@code .snapshots},
 * which is there although the directory does not list it, so that whoever copies the directory does
 * not copy each image many times.
 */
sealed interface Place {
  /** The directory itself. */
  record Root() implements Place {}

  record ImageFile(String name) implements Place {}

  /** {@code .snapshots}: a folder for each image. */
  record SnapshotsFolder() implements Place {}

  /** {@code .snapshots/<image>}: a file for each snapshot. */
  record ImageFolder(String image) implements Place {}

  record SnapshotFile(String image, String name) implements Place {}

  /** Something that can't be there. */
  record Nowhere() implements Place {}

  String SNAPSHOTS = ".snapshots";

  /** {@code path}: as the kernel gives it, with a slash at its start. */
  static Place of(String path) {
    if (path.equals("/")) {
      return new Root();
    }
    String[] names = path.substring(1).split("/", -1);
    if (names.length == 1) {
      return names[0].equals(SNAPSHOTS) ? new SnapshotsFolder() : new ImageFile(names[0]);
    }
    if (!names[0].equals(SNAPSHOTS)) {
      return new Nowhere();
    }
    return switch (names.length) {
      case 2 -> new ImageFolder(names[1]);
      case 3 -> new SnapshotFile(names[1], names[2]);
      default -> new Nowhere();
    };
  }
}
