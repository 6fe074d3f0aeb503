package io.s3shard.cli;

import io.s3shard.image.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Who we are to others who find a volume open. */
final class ThisHost {
  private static final Path NODE = Path.of("/proc/sys/kernel/hostname");
  private static final Path MACHINE = Path.of("/etc/machine-id");
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

  private ThisHost() {}

  static Host identity() {
    return identity(read(NODE).orElse("unknown"), "s3shard mount");
  }

  /** As a command that ends by itself. */
  static Host ofCommand(String command) {
    return identity(read(NODE).orElse("unknown"), "s3shard " + command);
  }

  /** As the node of that name in a cluster. */
  static Host identity(String node) {
    return identity(node.isEmpty() ? read(NODE).orElse("unknown") : node, "s3shard shardd");
  }

  private static Host identity(String node, String program) {
    String boot = read(BOOT).orElse("unknown boot");
    // a machine without an id is taken for another one after each boot: then nothing is taken over
    // by itself
    String machine = read(MACHINE).orElse(boot);
    String process = program + ", process " + ProcessHandle.current().pid();
    return new Host(node, machine, boot, process);
  }

  private static Optional<String> read(Path file) {
    try {
      return Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
