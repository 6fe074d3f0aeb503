package io.s3shard.cli;

import io.s3shard.error.StoreRefused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where a mount's process keeps what others need to find it: the socket that it answers on, and its
 * log. One folder a mount point, named by a hash of it: a socket's path may have 108 bytes.
 */
record RunDirectory(Path folder) {
  /** {@code mountPoint}: absolute, as {@link #canonical} makes it. */
  static RunDirectory of(Path mountPoint, Map<String, String> environment) {
    return new RunDirectory(base(environment).resolve(hash(mountPoint.toString())));
  }

  /** Those of all mounts of this user; some may be of dead ones. */
  static List<RunDirectory> all(Map<String, String> environment) {
    try (Stream<Path> folders = Files.list(base(environment))) {
      return folders.filter(Files::isDirectory).sorted().map(RunDirectory::new).toList();
    } catch (IOException nothingWasEverMounted) {
      return List.of();
    }
  }

  /** Without looking at the mount point itself: a dead mount answers nothing. */
  static Path canonical(Path mountPoint) {
    Path absolute = mountPoint.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    try {
      return parent == null ? absolute : parent.toRealPath().resolve(absolute.getFileName());
    } catch (IOException e) {
      return absolute;
    }
  }

  Path socket() {
    return folder.resolve("control");
  }

  Path log() {
    return folder.resolve("log");
  }

  /**
   * @throws StoreRefused if it can't be
   */
  RunDirectory make() {
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      return this;
    } catch (IOException e) {
      throw new StoreRefused(
          "can't make the run directory "
              + folder
              + ": "
              + e.getMessage()
              + ": set S3SHARD_RUN_DIR to a folder that can be"
              + " written",
          e);
    }
  }

  private static Path base(Map<String, String> environment) {
    String chosen = environment.getOrDefault("S3SHARD_RUN_DIR", "");
    if (!chosen.isEmpty()) {
      return Path.of(chosen);
    }
    if (System.getProperty("user.name").equals("root")) {
      return Path.of("/run/s3shard");
    }
    String user = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    return user.isEmpty()
        ? Path.of("/tmp/s3shard-" + System.getProperty("user.name"))
        : Path.of(user, "s3shard");
  }

  static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
