package io.s3shard.image;

import io.s3shard.error.StoreRefused;
import io.s3shard.error.VolumeBusy;
import io.s3shard.format.VolumeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Arenas in folders of a file system, best a tmpfs: {@code <store>-<volume id>/header} and {@code
 * segment-<n>}. The lock is a POSIX lock on the header: the kernel lets it go when its holder dies.
 */
public final class MappedArenas implements ArenaHome {
  /** DESIGN §5: segments of the pool. */
  public static final int SEGMENT_BYTES = 1 << 20;

  /** What lies in an arena is data of users. */
  private static final FileAttribute<Set<PosixFilePermission>> FOR_THE_OWNER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private static final int BOOT_AT = 2048;
  private static final int BOOT_BYTES = 64;

  private final Path folder;
  private final String store;
  private final String boot;

  /**
   * @param folder where arenas lie on this host; made if it is not there
   * @param store tells the prefixes of buckets apart: part of a file's name
   * @param boot this boot's id: what an earlier boot left is not trusted
   */
  public MappedArenas(Path folder, String store, String boot) {
    this.folder = folder;
    this.store = store;
    this.boot = boot;
  }

  @Override
  public Optional<ArenaMemory> existing(VolumeId volume) {
    try {
      Path place = place(volume);
      if (!Files.exists(place.resolve("header"))) {
        return Optional.empty();
      }
      MappedArena arena = lock(place, volume);
      if (arena == null) {
        return Optional.empty();
      }
      byte[] written = new byte[BOOT_BYTES];
      arena.header().get(BOOT_AT, written);
      if (!new String(written, StandardCharsets.UTF_8).trim().equals(boot.trim())) {
        arena.delete();
        return Optional.empty();
      }
      return Optional.of(arena);
    } catch (IOException e) {
      throw refused(e);
    }
  }

  @Override
  public ArenaMemory create(VolumeId volume) {
    try {
      Path place = place(volume);
      for (int attempt = 0; attempt < 10; attempt++) {
        Files.createDirectories(place, FOR_THE_OWNER);
        MappedArena arena = lock(place, volume);
        if (arena != null) {
          arena.clear();
          byte[] name = boot.trim().getBytes(StandardCharsets.UTF_8);
          arena.header().put(BOOT_AT, new byte[BOOT_BYTES]);
          arena.header().put(BOOT_AT, name, 0, Math.min(name.length, BOOT_BYTES));
          return arena;
        }
      }
      throw new VolumeBusy(
          "volume " + volume + " is being opened by another process of this host; try again");
    } catch (IOException e) {
      throw refused(e);
    }
  }

  private Path place(VolumeId volume) {
    return folder.resolve(store + "-" + volume);
  }

  /** Null: as {@link HeaderLock#tryLock}. @throws VolumeBusy if a living process has it */
  private static @Nullable MappedArena lock(Path place, VolumeId volume) throws IOException {
    HeaderLock lock = HeaderLock.tryLock(place.resolve("header"), volume);
    MappedArena arena = null;
    try {
      arena = lock == null ? null : new MappedArena(place, lock);
      return arena;
    } finally {
      if (arena == null && lock != null) {
        lock.close();
      }
    }
  }

  private StoreRefused refused(IOException e) {
    return new StoreRefused(
        "can't use the arena folder "
            + folder
            + ": "
            + e.getMessage()
            + "; choose another with --arena-dir",
        e);
  }
}
