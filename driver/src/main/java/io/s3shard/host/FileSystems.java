package io.s3shard.host;

import io.s3shard.error.Damaged;
import io.s3shard.error.InvalidRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Making, checking and growing file systems. The device is sparse and reads as zeros where nothing
 * was written, discards give room back, and each written block costs a request: so nothing is
 * discarded, zeroed or kept twice when it is made.
 */
public final class FileSystems {
  /** For what reads or writes a whole file system: the bucket may be slow. */
  static final Duration LONG_TIME = Duration.ofMinutes(10);

  /** e2fsck: 0 nothing to do, 1 corrected. */
  private static final Set<Integer> CHECKED = Set.of(0, 1);

  private final Programs programs;

  public FileSystems(Programs programs) {
    this.programs = programs;
  }

  /**
   * Makes a file system on a device that is empty.
   *
   * @param zeroed whether what nobody wrote reads as zeros; in an encrypted container it does not
   */
  public void make(FileSystem kind, String device, boolean zeroed) {
    long size = LoopDevices.sizeBytes(device);
    if (size < kind.smallestBytes()) {
      throw new InvalidRequest(
          "a volume of "
              + size
              + " bytes is too small for "
              + kind.type()
              + ": it needs at least "
              + kind.smallestBytes());
    }
    List<String> words =
        switch (kind) {
          case EXT4 ->
              List.of(
                  "mkfs.ext4",
                  "-q",
                  "-b4096",
                  "-m0",
                  "-Enodiscard," + (zeroed ? "assume_storage_prezeroed=1" : "lazy_itable_init=1"),
                  device);
          case XFS -> List.of("mkfs.xfs", "-q", "-K", device);
          case BTRFS -> List.of("mkfs.btrfs", "-q", "-K", "-msingle", "-dsingle", device);
        };
    programs.require(Command.of(words).within(LONG_TIME));
  }

  /**
   * Repairs what is safe to repair without asking, before a mount. xfs and btrfs do that at the
   * mount itself, from their logs.
   *
   * @throws Damaged if a person has to look
   */
  public void check(FileSystem kind, String device) {
    if (kind == FileSystem.EXT4) {
      repair(device, false);
    }
  }

  private void repair(String device, boolean wholly) {
    List<String> words = new ArrayList<>(List.of("e2fsck", "-p"));
    if (wholly) {
      words.add("-f");
    }
    words.add(device);
    Command command = Command.of(words).within(LONG_TIME);
    Programs.Outcome outcome = programs.run(command);
    if (!CHECKED.contains(outcome.exit())) {
      throw new Damaged(
          "the file system on "
              + device
              + " needs a person: '"
              + command
              + "' ended with "
              + outcome.exit()
              + ": "
              + outcome.out().strip().replaceAll("\\s*\\R\\s*", "; "),
          null);
    }
  }

  /** What is always said at a mount. {@code zeroed} as for {@link #make}. */
  public static List<String> mountOptions(FileSystem kind, boolean zeroed) {
    return switch (kind) {
      // inode tables are zeroed when they are used: 1.6 % of the volume need not be uploaded
      case EXT4 -> zeroed ? List.of() : List.of("noinit_itable");
      // a clone has its source's UUID, and may be mounted beside it
      case XFS -> List.of("nouuid");
      case BTRFS -> List.of();
    };
  }

  /** Nothing is written, not even what a log has: it is not known to be alone. */
  public static List<String> readOnlyOptions(FileSystem kind) {
    return switch (kind) {
      case EXT4 -> List.of("ro", "noload");
      case XFS -> List.of("ro", "norecovery");
      case BTRFS -> List.of("ro", "rescue=nologreplay");
    };
  }

  /** Grows to the size of its device before it is mounted, if it is smaller and can be. */
  public void growUnmounted(FileSystem kind, String device) {
    if (kind == FileSystem.EXT4 && ext4Bytes(device) < LoopDevices.sizeBytes(device)) {
      repair(device, true);
      programs.require(Command.of("resize2fs", device).within(LONG_TIME));
    }
  }

  /** Whole blocks only: a device's end that is no block stays unused. */
  private long ext4Bytes(String device) {
    String header = programs.require("dumpe2fs", "-h", device);
    long blocks = field(header, "Block count:");
    long blockBytes = field(header, "Block size:");
    long device4 = LoopDevices.sizeBytes(device);
    long bytes = blocks * blockBytes;
    return device4 - bytes < blockBytes ? device4 : bytes;
  }

  private static long field(String header, String name) {
    return header
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.substring(name.length()).strip()))
        .findFirst()
        .orElse(0);
  }

  /** Grows to the size of its device while it is mounted. As large already: nothing changes. */
  public void growMounted(FileSystem kind, String device, Path place) {
    List<String> words =
        switch (kind) {
          case EXT4 -> List.of("resize2fs", device);
          case XFS -> List.of("xfs_growfs", "-d", place.toString());
          case BTRFS -> List.of("btrfs", "filesystem", "resize", "max", place.toString());
        };
    programs.require(Command.of(words).within(LONG_TIME));
  }
}
