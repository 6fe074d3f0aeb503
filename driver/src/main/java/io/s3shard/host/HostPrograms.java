package io.s3shard.host;

import io.s3shard.error.HostFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Programs of this host, found by PATH, in the language C. */
public final class HostPrograms implements Programs {
  private static final Logger LOG = LoggerFactory.getLogger(HostPrograms.class);

  /** More than any of them prints when it is asked properly. */
  private static final int MAX_OUTPUT = 256 << 10;

  private static final long LAST_WORDS_SECONDS = 5;

  @Override
  public Outcome run(Command command) {
    LOG.debug("{}", command);
    Process process = start(command);
    CompletableFuture<String> out = read(process.getInputStream());
    CompletableFuture<String> err = read(process.getErrorStream());
    feed(process, command);
    try {
      if (!process.waitFor(command.time().toMillis(), TimeUnit.MILLISECONDS)) {
        // one that waits in the kernel for a device does not even die: it is left to itself
        process.destroyForcibly();
        throw new HostFailure(
            "'" + command + "' did not end within " + command.time().toSeconds() + " s");
      }
      return new Outcome(process.exitValue(), words(out), words(err));
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new HostFailure("'" + command + "' was interrupted", e);
    }
  }

  private static Process start(Command command) {
    try {
      ProcessBuilder builder = new ProcessBuilder(command.words());
      builder.environment().put("LC_ALL", "C");
      return builder.start();
    } catch (IOException e) {
      throw new HostFailure(
          "can't run '" + command.words().getFirst() + "': " + e.getMessage() + "; install it", e);
    }
  }

  private static void feed(Process process, Command command) {
    try (OutputStream in = process.getOutputStream()) {
      if (command.input().isPresent()) {
        in.write(command.input().get());
      }
    } catch (IOException e) {
      LOG.debug("'{}' does not read its input: {}", command, e.getMessage());
    }
  }

  /** What comes after the bound is read, too, or the program would wait for ever. */
  private static CompletableFuture<String> read(InputStream stream) {
    CompletableFuture<String> text = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try (stream) {
            byte[] kept = stream.readNBytes(MAX_OUTPUT);
            stream.transferTo(OutputStream.nullOutputStream());
            text.complete(new String(kept, StandardCharsets.UTF_8));
          } catch (IOException e) {
            text.complete("");
          }
        });
    return text;
  }

  /** A child of the program may keep its output open after it. */
  private static String words(CompletableFuture<String> text) throws InterruptedException {
    try {
      return text.get(LAST_WORDS_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return "";
    }
  }
}
