package io.s3shard.cli;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What a mount needs of this machine. */
final class MachineChecks {
  private static final long MIB = 1L << 20;

  /** DESIGN §5, "Memory": what a mount takes in all. */
  private static final long NEEDED_BYTES = 512 * MIB;

  /** {@code CAP_SYS_ADMIN} in {@code linux/capability.h}: who may mount. */
  private static final int CAP_SYS_ADMIN = 21;

  private final Path root;
  private final Map<String, String> environment;

  /** {@code root}: {@code /}, but for tests. */
  MachineChecks(Path root, Map<String, String> environment) {
    this.root = root;
    this.environment = environment;
  }

  List<Diagnosis> all() {
    return List.of(
        mayMount(), fuse(), libfuse(), loop(), tools(), helpers(), shm(), memory(), machineId());
  }

  private Diagnosis mayMount() {
    Optional<String> capabilities = field("proc/self/status", "CapEff:");
    boolean may =
        capabilities.isPresent()
            && (Long.parseUnsignedLong(capabilities.get(), 16) >> CAP_SYS_ADMIN & 1) == 1;
    return may
        ? Diagnosis.ok("rights", "this user may mount")
        : Diagnosis.fail(
            "rights", "this user may not mount", "run it as root, or with CAP_SYS_ADMIN");
  }

  private Diagnosis fuse() {
    Path device = root.resolve("dev/fuse");
    if (!Files.exists(device)) {
      return Diagnosis.fail(
          "fuse", "there is no /dev/fuse", "load the kernel's module: modprobe fuse");
    }
    return Files.isReadable(device) && Files.isWritable(device)
        ? Diagnosis.ok("fuse", "/dev/fuse can be opened")
        : Diagnosis.fail(
            "fuse",
            "/dev/fuse can't be opened",
            "run it as root, or give the container the device");
  }

  private static Diagnosis libfuse() {
    try (Arena arena = Arena.ofConfined()) {
      SymbolLookup.libraryLookup("libfuse.so.2", arena);
      return Diagnosis.ok("libfuse2", "libfuse.so.2 is installed");
    } catch (IllegalArgumentException e) {
      return Diagnosis.fail(
          "libfuse2",
          "libfuse.so.2 is not installed",
          "install libfuse2 (Debian: apt-get install libfuse2)");
    }
  }

  private Diagnosis loop() {
    return Files.exists(root.resolve("dev/loop-control"))
        ? Diagnosis.ok("loop", "loop devices can be made")
        : Diagnosis.warn(
            "loop", "there is no /dev/loop-control, so images can't be mounted", "modprobe loop");
  }

  private Diagnosis tools() {
    List<String> missing =
        Stream.of("losetup", "mkfs.ext4", "mkfs.xfs", "mkfs.btrfs")
            .filter(tool -> !isInstalled(tool))
            .toList();
    return missing.isEmpty()
        ? Diagnosis.ok("tools", "losetup and mkfs for ext4, xfs and btrfs are installed")
        : Diagnosis.warn(
            "tools",
            String.join(", ", missing) + " not installed",
            "install util-linux, e2fsprogs, xfsprogs, btrfs-progs as needed");
  }

  private Diagnosis helpers() {
    List<String> missing =
        Stream.of(MountArguments.MOUNT_HELPER, MountArguments.UMOUNT_HELPER)
            .filter(helper -> !Files.exists(root.resolve("sbin").resolve(helper)))
            .toList();
    return missing.isEmpty()
        ? Diagnosis.ok("fstab", "mount(8) and umount(8) know fuse.s3shard")
        : Diagnosis.warn(
            "fstab",
            "no "
                + String.join(", ", missing)
                + " in /sbin, so /etc/fstab does not work and umount(8) does not wait",
            "link them to the s3shard command");
  }

  private Diagnosis shm() {
    long room = ArenaPlace.room(root.resolve("dev/shm"));
    return room >= MemoryBudget.ARENAS_BYTES
        ? Diagnosis.ok("arena", Sizes.format(room) + " free in /dev/shm")
        : Diagnosis.warn(
            "arena",
            "only " + Sizes.format(room) + " free in /dev/shm, so written bytes wait on disk",
            "mount -o remount,size=1G /dev/shm, or choose a fast --arena-dir");
  }

  private Diagnosis memory() {
    Optional<String> available = field("proc/meminfo", "MemAvailable:");
    if (available.isEmpty()) {
      return Diagnosis.warn(
          "memory",
          "it is not known how much memory is free",
          "have " + Sizes.format(NEEDED_BYTES) + " free");
    }
    long bytes = Long.parseLong(available.get().split(" ")[0]) * 1024;
    return bytes >= NEEDED_BYTES
        ? Diagnosis.ok("memory", Sizes.format(bytes) + " available")
        : Diagnosis.warn(
            "memory",
            "only "
                + Sizes.format(bytes)
                + " available, a mount takes up to "
                + Sizes.format(NEEDED_BYTES),
            "free memory, or make --arena-size and --cache-size smaller");
  }

  private Diagnosis machineId() {
    return Files.isReadable(root.resolve("etc/machine-id"))
        ? Diagnosis.ok("machine id", "/etc/machine-id is there")
        : Diagnosis.warn(
            "machine id",
            "no /etc/machine-id, so volumes that were open at a crash of this machine are not taken over by themselves",
            "systemd-machine-id-setup, or use --takeover after a crash");
  }

  private boolean isInstalled(String tool) {
    List<String> folders =
        new ArrayList<>(List.of(environment.getOrDefault("PATH", "").split(":")));
    folders.addAll(List.of("/sbin", "/usr/sbin", "/usr/local/sbin"));
    return folders.stream()
        .filter(folder -> folder.startsWith("/"))
        .anyMatch(folder -> Files.isExecutable(root.resolve(folder.substring(1)).resolve(tool)));
  }

  private Optional<String> field(String file, String name) {
    try (Stream<String> lines = Files.lines(root.resolve(file))) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(name.length()).strip())
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
