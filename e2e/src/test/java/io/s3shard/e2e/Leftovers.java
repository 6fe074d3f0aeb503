package io.s3shard.e2e;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What a test that failed has left on the machine, taken away so that others don't suffer. */
final class Leftovers {
  private Leftovers() {}

  /** Mounts below {@code folder}, the last first, and loop devices over files in it. */
  static void remove(Path folder) throws Exception {
    List<String> places = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
      String place = line.split(" ")[4];
      if (place.startsWith(folder + "/")) {
        places.add(place);
      }
    }
    Collections.reverse(places);
    for (String place : places) {
      quietly("umount", "-l", place);
    }
    for (String line : Programs.run("losetup", "-l", "-n", "-O", "NAME,BACK-FILE").split("\n")) {
      if (line.contains(" " + folder + "/")) {
        quietly("losetup", "-d", line.split(" ")[0]);
      }
    }
  }

  private static void quietly(String... command) throws Exception {
    new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
