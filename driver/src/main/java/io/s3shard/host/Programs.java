package io.s3shard.host;

import io.s3shard.error.HostFailure;
import java.time.Duration;
import java.util.Set;

/** Runs programs of this host. */
public interface Programs {
  /** How a program ended, and what it printed; cut off at a bound. */
  record Outcome(int exit, String out, String err) {}

  /**
   * Runs {@code command} and waits for its end, whatever it is.
   *
   * @throws HostFailure if there is no such program, or it takes longer than its time
   */
  Outcome run(Command command);

  /**
   * Runs {@code command}, which must succeed; what it printed.
   *
   * @throws HostFailure with what the program said
   */
  default String require(Command command) {
    return require(command, Set.of(0)).out();
  }

  /** The same, where more than one exit is a success. */
  default Outcome require(Command command, Set<Integer> successes) {
    Outcome outcome = run(command);
    if (!successes.contains(outcome.exit())) {
      String said = outcome.err().isBlank() ? outcome.out() : outcome.err();
      throw new HostFailure(
          "'"
              + command
              + "' failed with exit "
              + outcome.exit()
              + ": "
              + said.strip().replaceAll("\\s*\\R\\s*", "; "));
    }
    return outcome;
  }

  /** Shorthand with the usual time. */
  default String require(String... words) {
    return require(Command.of(words));
  }

  /** Time for what only asks or changes a table of the kernel. */
  Duration USUAL_TIME = Duration.ofSeconds(30);
}
