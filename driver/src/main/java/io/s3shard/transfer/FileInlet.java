package io.s3shard.transfer;

import io.s3shard.error.InvalidRequest;
import io.s3shard.kernel.KernelFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;

/** A file, sparse or not, or a block device. */
public final class FileInlet implements Inlet {
  private final FileChannel channel;
  private final KernelFile kernel;
  private final long sizeBytes;

  private FileInlet(FileChannel channel, KernelFile kernel) throws IOException {
    this.channel = channel;
    this.kernel = kernel;
    this.sizeBytes = channel.size();
  }

  /**
   * @throws InvalidRequest if there is no such file
   */
  public static FileInlet open(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new InvalidRequest(file + " is a folder: give a file or a block device");
    }
    try {
      FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
      return new FileInlet(channel, KernelFile.toRead(file));
    } catch (NoSuchFileException e) {
      throw new InvalidRequest("there is no file " + file + ": check the path", e);
    }
  }

  @Override
  public OptionalLong sizeBytes() {
    return OptionalLong.of(sizeBytes);
  }

  @Override
  public long nextData(long offset) {
    return offset < sizeBytes ? kernel.nextData(offset, sizeBytes) : offset;
  }

  @Override
  public void read(long offset, ByteBuffer into) throws IOException {
    long at = offset;
    while (into.hasRemaining()) {
      int read = channel.read(into, at);
      if (read < 0) {
        return;
      }
      at += read;
    }
  }

  @Override
  public void close() throws IOException {
    kernel.close();
    channel.close();
  }
}
