package io.s3shard.sim;

import java.time.Duration;
import java.util.List;

/**
 * How bad the network and the bucket are. Probabilities are those of one request.
 *
 * @param latencyMost of an ordinary request; the least is a tenth of it
 * @param slow takes up to {@code slowMost} instead
 * @param refused 5xx or throttled: no effect, an answer that says so
 * @param lost never arrives; no answer
 * @param answerLost takes effect, no answer
 * @param late no answer; takes effect after its sender has given up
 * @param duplicated what changes something lands once more, at any later time
 * @param gaveUpAfter when a sender stops waiting for an answer
 * @param dropped of a process that has crashed: what was on its way never arrives
 * @param stalled a task stands still for any time before it sends: what it knows is old by then
 */
record Faults(
    Duration latencyMost,
    double slow,
    Duration slowMost,
    double refused,
    double lost,
    double answerLost,
    double late,
    double duplicated,
    Duration gaveUpAfter,
    double dropped,
    double stalled) {

  static final Faults NONE =
      new Faults(
          Duration.ofMillis(30),
          0,
          Duration.ofSeconds(1),
          0,
          0,
          0,
          0,
          0,
          Duration.ofSeconds(10),
          0.5,
          0);

  /** Some of each, from nearly none to a bucket that hardly works. */
  static Faults random(SimRandom random) {
    if (random.chance(0.15)) {
      return NONE;
    }
    double bad = random.oneOf(List.of(0.002, 0.01, 0.03, 0.1));
    return new Faults(
        Duration.ofMillis(random.oneOf(List.of(2L, 30L, 30L, 200L))),
        bad,
        random.between(Duration.ofMillis(500), Duration.ofSeconds(20)),
        random.chance(0.5) ? bad : 0,
        random.chance(0.5) ? bad : 0,
        random.chance(0.7) ? bad : 0,
        random.chance(0.7) ? bad : 0,
        random.chance(0.7) ? 3 * bad : 0,
        random.between(Duration.ofSeconds(1), Duration.ofSeconds(15)),
        random.oneOf(List.of(0.0, 0.3, 0.8)),
        random.oneOf(List.of(0.0, 0.0, 0.003, 0.02)));
  }
}
