package io.s3shard.transfer;

import io.s3shard.error.InvalidRequest;
import io.s3shard.error.VolumeBusy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A new file. What is zeros in the image is a hole in it. It has its name when it is whole: until
 * then {@code .partial} is behind it.
 */
public final class FileOutlet implements Outlet {
  private static final String UNDER_WAY = ".partial";

  private final Path file;
  private final Path partial;
  private final FileChannel channel;
  private final boolean overwrite;

  private FileOutlet(Path file, Path partial, FileChannel channel, boolean overwrite) {
    this.file = file;
    this.partial = partial;
    this.channel = channel;
    this.overwrite = overwrite;
  }

  /**
   * @param overwrite replace what is there
   * @throws InvalidRequest if there is such a file, or no such folder
   */
  public static FileOutlet create(Path file, boolean overwrite) throws IOException {
    if (Files.exists(file) && !overwrite) {
      throw isThere(file, null);
    }
    if (Files.isDirectory(file)) {
      throw new InvalidRequest(file + " is a folder: give the file that shall be made in it");
    }
    Path partial = file.resolveSibling(file.getFileName() + UNDER_WAY);
    try {
      FileChannel channel =
          FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.tryLock() == null) {
        channel.close();
        throw new VolumeBusy(partial + " is being written by another export: let it end");
      }
      // one that was cut off may have left something
      channel.truncate(0);
      return new FileOutlet(file, partial, channel, overwrite);
    } catch (NoSuchFileException e) {
      throw new InvalidRequest("there is no folder for " + file + ": make it first", e);
    }
  }

  private static InvalidRequest isThere(Path file, @Nullable Throwable cause) {
    return new InvalidRequest(
        file + " is there already: choose another file, or add --overwrite", cause);
  }

  @Override
  public void begin(long sizeBytes) throws IOException {
    if (sizeBytes > 0) {
      // a byte at the end makes it so long; all before it is a hole
      channel.write(ByteBuffer.allocate(1), sizeBytes - 1);
    }
  }

  @Override
  public void data(long offset, ByteBuffer bytes) throws IOException {
    long at = offset;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }

  @Override
  public void zeros(long offset, long length) {}

  @Override
  public void finish() throws IOException {
    channel.force(true);
    if (overwrite) {
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    try {
      Files.move(partial, file);
    } catch (FileAlreadyExistsException e) {
      throw isThere(file, e);
    }
  }

  /** Of an export that failed nothing is left. */
  @Override
  public void close() throws IOException {
    try (channel) {
      Files.deleteIfExists(partial);
    }
  }
}
