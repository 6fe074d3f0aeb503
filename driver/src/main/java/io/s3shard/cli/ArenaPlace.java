package io.s3shard.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a mount's arenas lie, if nobody said where. In memory if they fit: a write is answered when it is in the arena. But where
 * a dead process of this prefix left some, there they are looked for, or what they hold would be lost.
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
    try (DirectoryStream<Path> arenas = Files.newDirectoryStream(folder, tag + "-*")) {
      return arenas.iterator().hasNext();
    } catch (IOException none) {
      return false;
    }
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
