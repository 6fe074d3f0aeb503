package io.s3shard.host;

import io.s3shard.error.HostFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Files as block devices. Which there are is read from sysfs. */
public final class LoopDevices {
  private static final Path BLOCK = Path.of("/sys/block");
  private static final Path BY_NUMBERS = Path.of("/sys/dev/block");

  private final Programs programs;

  public LoopDevices(Programs programs) {
    this.programs = programs;
  }

  /**
   * All devices over a file of that path. More than one: what was mounted there before is gone, and
   * a device over it still is in use.
   */
  public List<String> over(Path file) {
    List<String> found = new ArrayList<>();
    try (DirectoryStream<Path> loops = Files.newDirectoryStream(BLOCK, "loop*")) {
      for (Path loop : loops) {
        if (backing(loop).equals(Optional.of(file.toString()))) {
          found.add("/dev/" + loop.getFileName());
        }
      }
    } catch (IOException e) {
      throw new HostFailure("can't read " + BLOCK + ": " + e.getMessage(), e);
    }
    return found.stream().sorted().toList();
  }

  /**
   * The device over {@code file} as it is there now.
   *
   * @param fileSystem the numbers of the file system that the file is in, as in {@link Mount}
   */
  public Optional<String> over(Path file, String fileSystem) {
    List<String> named = over(file);
    if (named.isEmpty()) {
      return Optional.empty();
    }
    String list = programs.require("losetup", "-l", "-n", "-O", "NAME,BACK-MAJ:MIN");
    return list.lines()
        .map(line -> line.strip().split("\\s+"))
        .filter(row -> row.length == 2 && named.contains(row[0]) && row[1].equals(fileSystem))
        .map(row -> row[0])
        .findFirst();
  }

  /** The file under a device such as {@code /dev/loop0}; empty: it is none, or not in use. */
  public Optional<Path> under(String device) {
    String name = device.substring(device.lastIndexOf('/') + 1);
    return name.startsWith("loop") ? backing(BLOCK.resolve(name)).map(Path::of) : Optional.empty();
  }

  /** A file that was deleted, or whose mount has gone, is shown with a mark behind its name. */
  private static Optional<String> backing(Path loop) {
    try {
      String text = Files.readString(loop.resolve("loop/backing_file"), StandardCharsets.UTF_8);
      return Optional.of(text.stripTrailing().replaceAll(" \\(deleted\\)$", ""));
    } catch (IOException notInUse) {
      return Optional.empty();
    }
  }

  /**
   * A device over {@code file}, with direct I/O: what is written to it is in no page cache but its
   * own.
   *
   * @param sectorBytes 512 or 4096
   */
  public String attach(Path file, boolean readOnly, int sectorBytes) {
    List<String> words = new ArrayList<>(List.of("losetup", "--find", "--show", "--direct-io=on"));
    words.add("--sector-size=" + sectorBytes);
    if (readOnly) {
      words.add("--read-only");
    }
    words.add(file.toString());
    return programs.require(Command.of(words)).strip();
  }

  /** At once; or, if it is in use, when its last user lets it go. */
  public void detach(String device) {
    programs.require("losetup", "--detach", device);
  }

  /** The file has grown. */
  public void takeNewSize(String device) {
    programs.require("losetup", "--set-capacity", device);
  }

  /** Whether it goes when its last user lets it go. */
  public boolean goesByItself(String device) {
    return number(device, "loop/autoclear") == 1;
  }

  /** Its numbers, as in {@link Mount}. */
  public static String numbers(String device) {
    return text(device, "dev");
  }

  public boolean isReadOnly(String device) {
    return number(device, "ro") == 1;
  }

  public int sectorBytes(String device) {
    return (int) number(device, "queue/logical_block_size");
  }

  /** Of any block device. */
  public static long sizeBytes(String device) {
    return number(device, "size") * 512;
  }

  /**
   * As {@code /sys/dev/block} calls it: where no udev runs, {@code /dev/mapper/NAME} is a device
   * and no link to one whose name the kernel knows. Bits as in glibc's {@code gnu_dev_major}.
   */
  private static String numbersOf(String device) throws IOException {
    long numbers = (long) Files.getAttribute(Path.of(device), "unix:rdev");
    long major = (numbers >>> 8 & 0xfff) | (numbers >>> 32 & 0xfffff000L);
    long minor = (numbers & 0xff) | (numbers >>> 12 & 0xffffff00L);
    return major + ":" + minor;
  }

  private static long number(String device, String attribute) {
    return Long.parseLong(text(device, attribute));
  }

  private static String text(String device, String attribute) {
    try {
      return Files.readString(BY_NUMBERS.resolve(numbersOf(device)).resolve(attribute)).strip();
    } catch (IOException e) {
      throw new HostFailure("can't read " + attribute + " of " + device + ": " + e.getMessage(), e);
    }
  }
}
