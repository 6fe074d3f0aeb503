package io.s3shard.image;

import io.s3shard.error.VolumeBusy;
import io.s3shard.format.VolumeId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A POSIX lock on the header of an arena: the kernel lets it go when its holder dies. It also goes
 * when its process closes any descriptor of that file, so nobody here opens a header that is locked
 * here.
 */
final class HeaderLock implements AutoCloseable {
  /** The headers that this process has open. */
  private static final Set<Path> HERE = ConcurrentHashMap.newKeySet();

  private final Path header;
  private final FileChannel channel;

  private HeaderLock(Path header, FileChannel channel) {
    this.header = header;
    this.channel = channel;
  }

  /**
   * Locks {@code header}, which is made if its folder is there. Null: the file was deleted or made
   * by somebody else meanwhile, look again.
   *
   * @throws VolumeBusy if a living process has it
   */
  static @Nullable HeaderLock tryLock(Path header, VolumeId volume) throws IOException {
    return tryLock(header.toAbsolutePath().normalize(), volume, () -> {});
  }

  /** The same; {@code opened} is run between the open and the lock, for tests of a race. */
  static @Nullable HeaderLock tryLock(Path header, VolumeId volume, Runnable opened)
      throws IOException {
    if (!HERE.add(header)) {
      throw new VolumeBusy("volume " + volume + " is open in this process already");
    }
    HeaderLock lock = null;
    try {
      lock = locked(header, volume, opened);
      return lock;
    } finally {
      if (lock == null) {
        HERE.remove(header);
      }
    }
  }

  private static @Nullable HeaderLock locked(Path header, VolumeId volume, Runnable opened)
      throws IOException {
    Object before = identity(header);
    FileChannel channel;
    try {
      channel =
          FileChannel.open(
              header, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    } catch (NoSuchFileException e) {
      return null;
    }
    boolean kept = false;
    try {
      opened.run();
      if (channel.tryLock() == null) {
        throw new VolumeBusy(
            "volume "
                + volume
                + " is open in another process of this host (arena "
                + header.getParent()
                + "); unmount it there first");
      }
      kept = before != null && before.equals(identity(header));
      return kept ? new HeaderLock(header, channel) : null;
    } finally {
      if (!kept) {
        channel.close();
      }
    }
  }

  /** Which file it is; null: none. */
  private static @Nullable Object identity(Path file) throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  FileChannel channel() {
    return channel;
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      HERE.remove(header);
    }
  }
}
