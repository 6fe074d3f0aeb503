package io.s3shard.host;

import io.s3shard.error.HostFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** What lies on a device. Only a device that is provably empty is ever formatted. */
public final class Signatures {
  /** Where file systems, partition tables, RAID and encryption have their marks. */
  private static final int EDGE_BYTES = 1 << 20;

  private static final int NOTHING_FOUND = 2;
  private static final int XFS_MAGIC = 0x58465342;

  /** As blkid calls it. */
  public static final String LUKS = "crypto_LUKS";

  private final Programs programs;

  public Signatures(Programs programs) {
    this.programs = programs;
  }

  /**
   * The kind of file system or of anything else that blkid knows; empty: there is nothing, neither
   * a mark nor a byte that is not zero where one could be.
   *
   * @throws HostFailure if there is something, and nobody knows what
   */
  public Optional<String> on(String device) {
    return on(device, () -> isBlank(device, 0));
  }

  /**
   * The same for what is in an encrypted container. What nobody wrote reads as noise there, so it
   * is blank if what is under it is.
   *
   * @param under the device that holds the container, whose end is the container's
   */
  public Optional<String> inside(String device, String under) {
    long header = LoopDevices.sizeBytes(under) - LoopDevices.sizeBytes(device);
    return on(device, () -> isBlank(under, header));
  }

  private Optional<String> on(String device, BooleanSupplier isBlank) {
    Programs.Outcome found =
        programs.run(
            Command.of("blkid", "--probe", "--output", "export", device)
                .within(FileSystems.LONG_TIME));
    if (found.exit() == 0) {
      return Optional.of(kind(device, found.out()));
    }
    if (found.exit() != NOTHING_FOUND) {
      throw new HostFailure(
          device
              + " has more than one signature, or blkid failed ("
              + found.err().strip()
              + "): it is neither used nor formatted; look at it with 'wipefs "
              + device
              + "'");
    }
    if (!isBlank.getAsBoolean()) {
      throw new HostFailure(
          device
              + " holds data that no program knows: it is not formatted; use it as a raw block volume,"
              + " or delete it");
    }
    return Optional.empty();
  }

  /** Whether the device holds an xfs that was made on sectors smaller than {@code sectorBytes}. */
  public boolean isXfsOfSmallSectors(String device, int sectorBytes) {
    try (FileChannel channel = FileChannel.open(Path.of(device), StandardOpenOption.READ)) {
      // xfs_dsb: magic "XFSB" at 0, sb_sectsize, big-endian, at 102
      ByteBuffer superblock = ByteBuffer.allocate(512);
      while (superblock.hasRemaining() && channel.read(superblock, superblock.position()) > 0) {
        // a short read of a device is its end
      }
      return superblock.getInt(0) == XFS_MAGIC && superblock.getShort(102) < sectorBytes;
    } catch (IOException e) {
      throw new HostFailure("can't read " + device + ": " + e.getMessage(), e);
    }
  }

  private static String kind(String device, String exported) {
    return exported
        .lines()
        .filter(line -> line.startsWith("TYPE=") || line.startsWith("PTTYPE="))
        .map(line -> line.substring(line.indexOf('=') + 1))
        .findFirst()
        .orElseThrow(() ->
            new HostFailure(
                device + " has a signature that is no file system: it is not formatted"));
  }

  /** blkid says the same of a device that it can't read, so we read it: an error is an error. */
  private static boolean isBlank(String device, long from) {
    long size = LoopDevices.sizeBytes(device);
    int edge = (int) Math.min(size - from, EDGE_BYTES);
    try (FileChannel channel = FileChannel.open(Path.of(device), StandardOpenOption.READ)) {
      return isZero(channel, from, edge) && isZero(channel, size - edge, edge);
    } catch (IOException e) {
      throw new HostFailure("can't read " + device + ": " + e.getMessage(), e);
    }
  }

  private static boolean isZero(FileChannel channel, long offset, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, offset + bytes.position()) < 0) {
        throw new IOException("it ends at " + (offset + bytes.position()));
      }
    }
    return bytes.flip().mismatch(ByteBuffer.allocate(length)) < 0;
  }
}
