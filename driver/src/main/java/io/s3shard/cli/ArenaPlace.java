package io.s3shard.cli;

import io.s3shard.format.VolumeId;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a mount's arenas lie, if nobody said where. In memory if they fit: a write is answered when
 * it is in the arena. But where a dead process of this prefix left some, there they are looked for,
 * or what they hold would be lost.
 */
final class ArenaPlace {
  static final Path MEMORY = Path.of("/dev/shm");

  /** What others of the machine keep of it. */
  private static final long SPARE_BYTES = 16 << 20;

  private ArenaPlace() {}

  static Path choose(MountOptions options, String tag) {
    if (options.arenaDir != null) {
      return options.arenaDir;
    }
    Path inMemory = MEMORY.resolve("s3shard");
    Path onDisk = options.cacheDir.resolve("arenas");
    if (holds(inMemory, tag)) {
      return inMemory;
    }
    if (holds(onDisk, tag)) {
      return onDisk;
    }
    return room(MEMORY) >= options.arenaSize + SPARE_BYTES ? inMemory : onDisk;
  }

  private static boolean holds(Path folder, String tag) {
    return !left(folder, tag).isEmpty();
  }

  /**
   * The volumes of which there is an arena: a process that died left it, or one that lives uses it.
   */
  static List<VolumeId> left(Path folder, String tag) {
    List<VolumeId> volumes = new ArrayList<>();
    try (DirectoryStream<Path> arenas = Files.newDirectoryStream(folder, tag + "-*")) {
      for (Path arena : arenas) {
        String id = arena.getFileName().toString().substring(tag.length() + 1);
        if (VolumeId.isValid(id)) {
          volumes.add(new VolumeId(id));
        }
      }
    } catch (IOException none) {
      return List.of();
    }
    return volumes;
  }

  /** In bytes; 0 if there is no such file system. */
  static long room(Path folder) {
    try {
      return Files.getFileStore(folder).getUsableSpace();
    } catch (IOException e) {
      return 0;
    }
  }
}
