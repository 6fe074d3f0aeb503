package io.s3shard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code doctor} says of a machine, which is made up in a folder. */
class MachineChecksTest {
  /** Whatever this machine has: it is looked for where the linker does. */
  private static final String OF_THIS_MACHINE = "libfuse2";

  @TempDir Path root;

  private Map<String, Diagnosis> checks() {
    return new MachineChecks(root, Map.of("PATH", "/opt/bin"))
        .all().stream().collect(Collectors.toMap(Diagnosis::check, Function.identity()));
  }

  private void put(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private void putProgram(String file) throws IOException {
    put(file, "#!/bin/sh");
    Files.setPosixFilePermissions(root.resolve(file), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void eachThingThatIsMissingHasARemedy() {
    Map<String, Diagnosis> checks = checks();
    checks.remove(OF_THIS_MACHINE);
    assertThat(checks.values())
        .allSatisfy(found -> {
          assertThat(found.result()).as(found.check()).isNotEqualTo(Diagnosis.Result.ok);
          assertThat(found.remedy()).as(found.check()).isNotEmpty();
        });
    assertThat(checks.get("fuse").result()).isEqualTo(Diagnosis.Result.fail);
    assertThat(checks.get("rights").result()).isEqualTo(Diagnosis.Result.fail);
    assertThat(checks.get("tools").message())
        .isEqualTo("losetup, mkfs.ext4, mkfs.xfs, mkfs.btrfs not installed");
    assertThat(checks.get("fstab").message())
        .startsWith("no mount.fuse.s3shard, umount.fuse.s3shard in /sbin");
  }

  @Test
  void whatIsThereIsWell() throws IOException {
    put("proc/self/status", "Name:\tx\nCapEff:\t0000000000200000\n");
    put("proc/meminfo", "MemTotal: 2000000 kB\nMemAvailable:    1000000 kB\n");
    put("dev/fuse", "");
    put("dev/loop-control", "");
    put("etc/machine-id", "1");
    Files.createDirectories(root.resolve("dev/shm"));
    putProgram("opt/bin/losetup");
    for (String program :
        List.of(
            "mkfs.ext4", "mkfs.xfs", "mkfs.btrfs", "mount.fuse.s3shard", "umount.fuse.s3shard")) {
      putProgram("sbin/" + program);
    }
    Map<String, Diagnosis> checks = checks();
    checks.remove(OF_THIS_MACHINE);
    assertThat(checks.values())
        .allSatisfy(found ->
            assertThat(found.result()).as(found.toString()).isEqualTo(Diagnosis.Result.ok));
    assertThat(checks.get("memory").message()).isEqualTo("976.6MiB available");
  }

  @Test
  void whoMayNotMountAndWhatIsTooLittleIsSaid() throws IOException {
    put("proc/self/status", "CapEff:\t00000000a80425fb\n");
    put("proc/meminfo", "MemAvailable:    100000 kB\n");
    Map<String, Diagnosis> checks = checks();
    assertThat(checks.get("rights").remedy()).isEqualTo("run it as root, or with CAP_SYS_ADMIN");
    assertThat(checks.get("rights").code()).isEqualTo(ExitCode.OTHER);
    assertThat(checks.get("memory").message()).contains("available, a mount takes up to 512MiB");
  }
}
