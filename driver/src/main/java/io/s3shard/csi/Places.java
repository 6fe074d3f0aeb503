package io.s3shard.csi;

import io.s3shard.host.Host;
import io.s3shard.host.Mount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Paths that callers name, and what is there. A path that can be none is nowhere. */
final class Places {
  private Places() {}

  /** The mount of the volume at {@code path}. */
  static Optional<Mount> find(Host host, HostVolume volume, String path) {
    return path.startsWith("/") && path.indexOf('\0') < 0
        ? volume.shownAt(Path.of(path).normalize())
        : Optional.empty();
  }

  /** A raw block volume's staging path: a directory on which nothing is mounted. */
  static boolean isStagedDevice(Host host, String path) {
    return path.startsWith("/")
        && path.indexOf('\0') < 0
        && Files.isDirectory(Path.of(path))
        && host.mounts().at(Path.of(path).normalize()).isEmpty();
  }
}
