package io.s3shard.e2e;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of a JVM beside this one, as small as one that lives for seconds may be. */
final class AnotherJvm {
  private AnotherJvm() {}

  /** With the class path of this one. */
  static List<String> command(String main, List<String> arguments) {
    return command(System.getProperty("java.class.path"), List.of(), main, arguments);
  }

  /**
   * @param options of the JVM, besides those that all get
   */
  static List<String> command(
      String classPath, List<String> options, String main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1"));
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, main));
    command.addAll(arguments);
    return command;
  }
}
