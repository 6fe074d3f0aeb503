package io.s3shard.sim;

import io.s3shard.error.S3ShardException;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.store.Body;
import io.s3shard.store.ByteRange;
import io.s3shard.store.ListedObject;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import io.s3shard.store.StoredObject;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The bucket as one process reaches it. A request takes effect at one moment between its start and
 * its answer; which, and whether at all, and whether once more later, and whether there is an
 * answer, is decided by dice. What is on its way goes on when its sender crashes.
 */
final class SimStore implements ObjectStore {
  private final Simulation simulation;
  private final SimBucket bucket;
  private final SimProcess process;
  private final Faults faults;
  private final SimRandom dice;

  /** The task that has listed something last, unless something was changed since. */
  private @Nullable SimTask<?> looker;

  SimStore(Simulation simulation, SimBucket bucket, SimProcess process) {
    this.simulation = simulation;
    this.bucket = bucket;
    this.process = process;
    this.faults = bucket.faults();
    this.dice = bucket.dice();
  }

  /** A request on its way. */
  private final class Request<T> {
    private final String kind;
    private final String detail;
    private final boolean changes;
    private final Function<ObjectStore, T> effect;
    private @Nullable T answer;
    private @Nullable RuntimeException refusal;

    private Request(String kind, String detail, boolean changes, Function<ObjectStore, T> effect) {
      this.kind = kind;
      this.detail = detail;
      this.changes = changes;
      this.effect = effect;
    }

    private void arriveAfter(Duration delay, boolean again) {
      simulation.after(delay, () -> arrive(again));
    }

    /** At most one more copy of what changes something: a network that repeats repeats once. */
    private void arrive(boolean again) {
      if (bucket.isAway() || process.isCrashed() && !again && !changes) {
        return;
      }
      if (process.isCrashed() && !again && dice.chance(faults.dropped())) {
        if (dice.chance(0.5)) {
          arriveAfter(anyTime(), true);
        }
        return;
      }
      simulation.noteOf(process.name(), again ? kind + " (again)" : kind, detail);
      if (again) {
        bucket.network().count("network: " + kind + " again");
      }
      if (process.isCrashed()) {
        bucket.network().count("network: " + kind + " of a process that has crashed");
      }
      try {
        answer = effect.apply(bucket.objects());
      } catch (S3ShardException e) {
        refusal = e;
      }
      if (changes && !again && dice.chance(faults.duplicated())) {
        arriveAfter(anyTime(), true);
      }
    }

    private boolean isAnswered() {
      return answer != null || refusal != null;
    }
  }

  @Override
  public StoredObject get(ObjectKey key, Purpose purpose) {
    return carryOut(new Request<>("get", key.value(), false, store -> store.get(key, purpose)));
  }

  @Override
  public StoredObject getIfMatch(ObjectKey key, String etag, Purpose purpose) {
    return carryOut(
        new Request<>(
            "get-if-match", key.value(), false, store -> store.getIfMatch(key, etag, purpose)));
  }

  @Override
  public ByteBuffer get(ObjectKey key, ByteRange range, Purpose purpose) {
    return carryOut(
        new Request<>("get-range", key.value(), false, store -> store.get(key, range, purpose)));
  }

  @Override
  public void put(ObjectKey key, Body body, Purpose purpose) {
    Body sent = copy(body);
    carryOut(
        new Request<>(
            "put",
            key.value(),
            true,
            _ -> {
              bucket.put(key, sent, purpose);
              return true;
            }));
    requireUnchanged(key, body, sent);
  }

  @Override
  public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
    Body sent = copy(body);
    PutOutcome outcome;
    try {
      outcome =
          carryOut(
              new Request<>(
                  "put-if-absent", key.value(), true, _ -> bucket.putIfAbsent(key, sent, purpose)));
    } catch (StoreUnavailable _) {
      outcome = PutOutcome.UNKNOWN;
    }
    simulation.note("answer", outcome.name(), 0);
    requireUnchanged(key, body, sent);
    return outcome;
  }

  @Override
  public List<ListedObject> list(
      String prefix, @Nullable String startAfter, int limit, Purpose purpose) {
    String detail = startAfter == null ? prefix : prefix + " after " + startAfter;
    return carryOut(
        new Request<>(
            "list", detail, false, store -> store.list(prefix, startAfter, limit, purpose)));
  }

  @Override
  public void delete(Collection<ObjectKey> keys, Purpose purpose) {
    List<ObjectKey> copy = List.copyOf(keys);
    carryOut(
        new Request<>(
            "delete",
            copy.toString(),
            true,
            store -> {
              store.delete(copy, purpose);
              return true;
            }));
  }

  /**
   * A task may stand still before it sends. More often between a look at the log and a record for
   * its next slot: that is where it matters that what is known may be old.
   */
  private void stall(Request<?> request) {
    boolean looked = simulation.current() == looker;
    if (request.kind.equals("list")) {
      looker = simulation.current();
    } else if (request.changes) {
      looker = null;
    }
    boolean appends = looked && request.kind.equals("put-if-absent");
    if (dice.chance(appends ? 10 * faults.stalled() : faults.stalled())) {
      simulation.note("stalls", request.kind, 0);
      bucket.network().count("network: a task stalled");
      process.execution().sleep(anyTime());
    }
  }

  private <T> T carryOut(Request<T> request) {
    stall(request);
    if (bucket.isAway()) {
      return noAnswer(request, "the bucket was away");
    }
    if (dice.chance(faults.refused())) {
      return refuse(request);
    }
    if (dice.chance(faults.lost())) {
      return noAnswer(request, "a request was lost");
    }
    if (dice.chance(faults.answerLost())) {
      request.arriveAfter(latency(), false);
      return noAnswer(request, "an answer was lost");
    }
    if (dice.chance(faults.late())) {
      request.arriveAfter(faults.gaveUpAfter().plus(anyTime()), false);
      return noAnswer(request, "a request came late");
    }
    Duration whole = latency();
    request.arriveAfter(Duration.ofNanos(dice.between(0, whole.toNanos())), false);
    process.execution().sleep(whole);
    return request.isAnswered() ? answer(request) : noAnswer(request, "the bucket went away");
  }

  private <T> T refuse(Request<T> request) {
    boolean throttled = dice.chance(0.5);
    bucket.network().count(throttled ? "network: throttled" : "network: refused");
    process.execution().sleep(latency());
    if (throttled) {
      throw StoreUnavailable.throttled(
          "simulated: 503 SlowDown for " + request.kind + " " + request.detail, null);
    }
    throw new StoreUnavailable("simulated: 500 for " + request.kind + " " + request.detail);
  }

  private static <T> T answer(Request<T> request) {
    if (request.refusal != null) {
      throw request.refusal;
    }
    return Objects.requireNonNull(request.answer);
  }

  /**
   * A connection that is refused or closed is known soon, one that hangs is given up after a while.
   */
  private <T> T noAnswer(Request<T> request, String why) {
    bucket.network().count("network: " + why);
    process.execution().sleep(dice.chance(0.3) ? latency() : faults.gaveUpAfter());
    throw new StoreUnavailable("simulated: no answer to " + request.kind + " " + request.detail);
  }

  private Duration latency() {
    long most = faults.latencyMost().toNanos();
    return dice.chance(faults.slow())
        ? Duration.ofNanos(dice.between(most, Math.max(most, faults.slowMost().toNanos())))
        : Duration.ofNanos(dice.between(most / 10, most));
  }

  /** From a millisecond to a quarter of an hour, each power of two alike. */
  private Duration anyTime() {
    return Duration.ofNanos(dice.between(500_000, 1_000_000) << dice.below(20));
  }

  private static Body copy(Body body) {
    return Body.of(body.toBuffer());
  }

  private void requireUnchanged(ObjectKey key, Body body, Body sent) {
    if (!body.sameBytes(sent.toBuffer())) {
      throw simulation.fail("the bytes of " + key + " changed while they were sent", null);
    }
  }
}
