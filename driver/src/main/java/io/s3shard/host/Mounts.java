package io.s3shard.host;

import io.s3shard.error.HostFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is mounted on this host, and changing it. */
public final class Mounts {
  private static final Path TABLE = Path.of("/proc/self/mountinfo");

  /** Layers of mounts at one place; each try of a dead predecessor may have left one. */
  private static final int MAX_LAYERS = 64;

  private final Programs programs;

  public Mounts(Programs programs) {
    this.programs = programs;
  }

  /** All mounts, in the order in which they were made. */
  public List<Mount> all() {
    try {
      return Files.readAllLines(TABLE, StandardCharsets.UTF_8).stream().map(Mount::parse).toList();
    } catch (IOException e) {
      throw new HostFailure("can't read " + TABLE + ": " + e.getMessage(), e);
    }
  }

  /** What is seen at {@code place}: the topmost mount exactly there. */
  public Optional<Mount> at(Path place) {
    List<Mount> here = all().stream().filter(mount -> mount.place().equals(place)).toList();
    return here.isEmpty() ? Optional.empty() : Optional.of(here.getLast());
  }

  /** Mounts a device. */
  public void mount(String device, Path place, String type, List<String> options) {
    List<String> words = new ArrayList<>(List.of("mount", "-t", type));
    if (!options.isEmpty()) {
      words.addAll(List.of("-o", String.join(",", options)));
    }
    words.addAll(List.of("--", device, place.toString()));
    programs.require(Command.of(words).within(FileSystems.LONG_TIME));
  }

  /**
   * Shows at {@code place} what is at {@code source}, a directory or a file. Read-only is this
   * mount only, and one step: the program goes on if we end.
   */
  public void bind(Path source, Path place, boolean readOnly) {
    String options = readOnly ? "bind,ro" : "bind";
    programs.require("mount", "-o", options, "--", source.toString(), place.toString());
  }

  /** Writes what is dirty in the file system at {@code place}; an error is an error. */
  public void sync(Path place) {
    programs.require(
        Command.of("sync", "--file-system", "--", place.toString()).within(FileSystems.LONG_TIME));
  }

  /** Takes every mount at {@code place} away. Nothing there: nothing to do. */
  public void unmountAll(Path place) {
    for (int layer = 0; at(place).isPresent(); layer++) {
      if (layer == MAX_LAYERS) {
        throw new HostFailure(
            MAX_LAYERS + " mounts at " + place + " were taken away, and it has more");
      }
      programs.require(Command.of("umount", "--", place.toString()).within(FileSystems.LONG_TIME));
    }
  }

  /**
   * Out of sight at once, also of a file system that does not answer; it ends with its last user.
   */
  public void detachAll(Path place) {
    for (int layer = 0; layer < MAX_LAYERS && at(place).isPresent(); layer++) {
      programs.require("umount", "--lazy", "--", place.toString());
    }
  }
}
