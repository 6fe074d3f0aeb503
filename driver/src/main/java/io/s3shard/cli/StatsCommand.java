package io.s3shard.cli;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.s3shard.error.InvalidRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stats}: what a mount is doing at this moment. */
@Command(
    name = "stats",
    description = {
      "Show what a mount is doing.",
      "Throughput, bytes that are not committed yet, requests by purpose, and what a day of them costs at list prices."
    })
final class StatsCommand implements Callable<Integer> {
  private static final Gson ONE_LINE = new Gson();

  private final Surroundings surroundings;

  @Parameters(
      index = "0",
      paramLabel = "DIR",
      converter = Paths.Converter.class,
      description = "The mount point.")
  private Path directory = Path.of("");

  @Option(
      names = "--interval",
      converter = Durations.Converter.class,
      description = "How long each look lasts (default: 1s).")
  private Duration interval = Duration.ofSeconds(1);

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "How many looks (default: 1, or on a terminal until interrupted).")
  private @Nullable Integer count;

  @Option(
      names = "--once",
      description =
          "Return at once: what was counted since the mount's start, and its average rates.")
  private boolean once;

  @Mixin private OutputOptions output = new OutputOptions();

  StatsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    if (interval.isZero() || count != null && count < 1) {
      throw new InvalidRequest("--interval and --count must be more than 0");
    }
    ControlClient client = new ControlClient(directory, surroundings.environment());
    JsonObject before = client.require("stats");
    if (once) {
      print(MountRates.sinceStart(before).document());
      return ExitCode.OK.number();
    }
    for (int look = 0; look < looks(); look++) {
      surroundings.execution().sleep(interval);
      JsonObject now = client.require("stats");
      print(new MountRates(before, now).document());
      before = now;
    }
    return ExitCode.OK.number();
  }

  private int looks() {
    if (count != null) {
      return count;
    }
    return surroundings.terminal() ? Integer.MAX_VALUE : 1;
  }

  /** JSON: one object a line, for whoever reads a stream of them. */
  private void print(Document document) {
    if (output.isJson()) {
      surroundings.out().println(ONE_LINE.toJson(document.json()));
      surroundings.out().flush();
    } else {
      output.print(document, surroundings.out());
    }
  }
}
