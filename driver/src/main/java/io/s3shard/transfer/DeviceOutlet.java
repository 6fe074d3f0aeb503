package io.s3shard.transfer;

import io.s3shard.error.InvalidRequest;
import io.s3shard.error.VolumeBusy;
import io.s3shard.kernel.KernelFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A block device. What is zeros in the image is made zeros on it, too, by discarding where the
 * device can; what lies behind the image's end stays.
 */
public final class DeviceOutlet implements Outlet {
  private static final Path MOUNTS = Path.of("/proc/self/mounts");

  private final Path device;
  private final FileChannel channel;
  private final KernelFile kernel;

  private DeviceOutlet(Path device, FileChannel channel, KernelFile kernel) {
    this.device = device;
    this.channel = channel;
    this.kernel = kernel;
  }

  /**
   * @throws VolumeBusy if it is mounted
   */
  public static DeviceOutlet open(Path device) throws IOException {
    Path real = device.toRealPath();
    for (String mount : Files.readAllLines(MOUNTS)) {
      String[] fields = mount.split(" ", 3);
      if (fields[0].startsWith("/dev/") && isSame(Path.of(fields[0]), real)) {
        throw new VolumeBusy(device + " is mounted at " + fields[1] + ": unmount it first");
      }
    }
    FileChannel channel = FileChannel.open(real, StandardOpenOption.WRITE);
    return new DeviceOutlet(device, channel, KernelFile.toWrite(real));
  }

  private static boolean isSame(Path mounted, Path real) throws IOException {
    return Files.exists(mounted) && mounted.toRealPath().equals(real);
  }

  @Override
  public void begin(long sizeBytes) throws IOException {
    if (channel.size() < sizeBytes) {
      throw new InvalidRequest(
          device
              + " has "
              + channel.size()
              + " bytes, the image "
              + sizeBytes
              + ": choose a larger device");
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
  public void zeros(long offset, long length) throws IOException {
    if (!kernel.zero(offset, length)) {
      ZeroBytes.write(length, (zeros, at) -> data(offset + at, zeros));
    }
  }

  @Override
  public void finish() throws IOException {
    channel.force(true);
  }

  @Override
  public void close() throws IOException {
    kernel.close();
    channel.close();
  }
}
