package io.s3shard.e2e;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process that writes a rising number to the start of a file and syncs it, without end, and says
 * each number once it is synced. When that fails it tries to sync, write and read once more, says
 * what came of it, and ends. It is a process of its own since one that has a file of a stopped
 * mount open can't even start another.
 */
public final class EndlessFsyncs implements AutoCloseable {
  private final Process process;
  private final Path said;

  private EndlessFsyncs(Process process, Path said) {
    this.process = process;
    this.said = said;
  }

  /**
   * @param said where its words go
   */
  static EndlessFsyncs start(Path file, Path said) throws IOException {
    List<String> command =
        AnotherJvm.command(EndlessFsyncs.class.getName(), List.of(file.toString()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    return new EndlessFsyncs(builder.redirectOutput(said.toFile()).start(), said);
  }

  /** The newest number that is synced; 0: none yet. */
  long acknowledged() throws IOException {
    return lines().stream()
        .filter(line -> line.matches("[0-9]+"))
        .mapToLong(Long::parseLong)
        .max()
        .orElse(0);
  }

  /** Returns once {@code number} is synced. */
  void awaitNumber(long number) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Daemon.PATIENCE_SECONDS);
    while (acknowledged() < number) {
      if (process.waitFor(20, TimeUnit.MILLISECONDS) || System.nanoTime() > end) {
        throw new IOException("no fsyncs: " + lines());
      }
    }
  }

  /** What it said when it failed: of fsync, write and read. */
  List<String> lastWords() throws IOException, InterruptedException {
    if (!process.waitFor(Daemon.PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("it goes on: " + acknowledged());
    }
    return lines().stream().filter(line -> line.contains(": ")).toList();
  }

  private List<String> lines() throws IOException {
    String text = Files.readString(said);
    return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  public static void main(String[] arguments) throws IOException {
    FileChannel file =
        FileChannel.open(
            Path.of(arguments[0]),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      for (long number = 1; ; number++) {
        put(file, number);
        file.force(false);
        say(String.valueOf(number));
      }
    } catch (IOException e) {
      attempt("fsync", () -> file.force(false));
      attempt("write", () -> put(file, -1));
      attempt("read", () -> file.read(ByteBuffer.allocate(8), 0));
      // and no close, which would be one more fsync: the process ends
    }
  }

  private static void put(FileChannel file, long number) throws IOException {
    file.write(ByteBuffer.allocate(8).putLong(0, number), 0);
  }

  private interface Attempt {
    void make() throws IOException;
  }

  private static void attempt(String what, Attempt attempt) {
    try {
      attempt.make();
      say(what + ": it works");
    } catch (IOException e) {
      say(what + ": " + e.getMessage());
    }
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
