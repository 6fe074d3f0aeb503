package io.s3shard.cli;

import com.google.gson.JsonObject;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/**
 * What a mount in the background tells the command that started it, as one line on its stdout:
 * {@code {"exit":0}} once it is mounted, or how it failed. The command ends with it.
 */
final class Readiness {
  private final @Nullable PrintStream out;
  private boolean told;

  /** {@code out} null: nobody waits. */
  Readiness(@Nullable PrintStream out) {
    this.out = out;
  }

  synchronized void ready() {
    JsonObject json = new JsonObject();
    json.addProperty("exit", 0);
    tell(json);
  }

  synchronized void failed(Throwable failure) {
    tell(ControlServer.failure(ExitCode.of(failure), Failures.message(failure)));
  }

  private void tell(JsonObject json) {
    if (!told && out != null) {
      told = true;
      out.println(json);
      out.flush();
      // whoever waits reads to the end of the stream
      out.close();
    }
  }
}
