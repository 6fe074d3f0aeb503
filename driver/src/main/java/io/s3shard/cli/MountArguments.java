package io.s3shard.cli;

import io.s3shard.error.InvalidRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Arguments as mount(8) and umount(8) give them to their helpers {@code mount.fuse.s3shard SRC DIR
 * -o …} and {@code umount.fuse.s3shard DIR}, and {@code -o} lists, as arguments of ours.
 */
final class MountArguments {
  static final String MOUNT_HELPER = "mount.fuse.s3shard";
  static final String UMOUNT_HELPER = "umount.fuse.s3shard";

  /** What mount(8), systemd and habit put into the list and what means nothing to us. */
  private static final Set<String> IGNORED =
      Set.of(
          "defaults",
          "rw",
          "auto",
          "noauto",
          "user",
          "nouser",
          "users",
          "owner",
          "group",
          "_netdev",
          "nofail",
          "dev",
          "nodev",
          "suid",
          "nosuid",
          "exec",
          "noexec",
          "async",
          "atime",
          "noatime",
          "diratime",
          "nodiratime",
          "relatime",
          "norelatime",
          "strictatime",
          "allow_other",
          "default_permissions");

  private MountArguments() {}

  /** {@code arguments} for the command that {@code program} stands for. */
  static List<String> of(String program, List<String> arguments) {
    return switch (program) {
      case MOUNT_HELPER -> helper("mount", arguments);
      case UMOUNT_HELPER -> helper("umount", arguments);
      default ->
          arguments.isEmpty() || !arguments.getFirst().equals("mount")
              ? arguments
              : expanded(arguments);
    };
  }

  private static List<String> helper(String command, List<String> arguments) {
    List<String> own = new ArrayList<>(List.of(command));
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      switch (argument) {
        // the type and the namespace: ours and the one that we were started in
        case "-t", "-N" -> i++;
        case "-o" -> own.addAll(List.of("-o", i + 1 < arguments.size() ? arguments.get(++i) : ""));
        default -> {
          // -s sloppy, -n no mtab, -v verbose, -f fake, -r read-only when busy: nothing that we
          // could do otherwise
          if (!argument.matches("-[sfnvlri]+")) {
            own.add(argument);
          } else if (command.equals("umount") && argument.contains("l")) {
            own.add("--lazy");
          }
        }
      }
    }
    return command.equals("mount") ? expanded(own) : own;
  }

  private static List<String> expanded(List<String> arguments) {
    List<String> own = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (argument.equals("-o") && i + 1 < arguments.size()) {
        own.addAll(options(arguments.get(++i)));
      } else if (argument.startsWith("-o") && argument.length() > 2) {
        own.addAll(options(argument.substring(2)));
      } else {
        own.add(argument);
      }
    }
    return own;
  }

  /** {@code ro,cache_size=64MiB}: {@code --read-only --cache-size=64MiB}. */
  private static List<String> options(String list) {
    List<String> own = new ArrayList<>();
    for (String option : list.split(",")) {
      String name = option.split("=", 2)[0];
      if (option.isBlank()
          || IGNORED.contains(option)
          || name.startsWith("x-")
          || name.equals("comment")) {
        continue;
      }
      if (option.equals("ro")) {
        own.add("--read-only");
      } else if (name.matches("[a-z][a-z_-]*")) {
        own.add("--" + name.replace('_', '-') + option.substring(name.length()));
      } else {
        throw new InvalidRequest(
            "\""
                + option
                + "\" is no mount option: 's3shard mount --help' lists them, without the dashes");
      }
    }
    return own;
  }
}
