package io.s3shard.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.s3shard.error.ObjectMissing;
import io.s3shard.error.S3ShardException;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.execution.Execution;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries out on scratch objects what everything rests on: conditional puts with one winner, listings
 * and gets that see what was done. It can't prove that a bucket is right; it finds the ones that
 * are plainly wrong. Its objects lie in {@code probe/} and are gone afterwards. A run takes about
 * sixty small requests.
 */
public final class BehaviourProbe {
  /** Where its objects lie; what is there makes no prefix foreign. */
  public static final String PLACE = "probe/";

  private static final Logger LOG = LoggerFactory.getLogger(BehaviourProbe.class);
  private static final int RACERS = 8;
  private static final int ROUNDS = 5;
  private static final String OTHER_SERVER =
      "volumes would be lost here: use another server, or a newer version of it";

  private final ObjectStore store;
  private final Execution execution;
  private final String place;

  /**
   * @param store without retries, so that a probe of a bucket that is away ends
   */
  public BehaviourProbe(ObjectStore store, Execution execution) {
    this.store = store;
    this.execution = execution;
    this.place = PLACE + HexFormat.of().formatHex(execution.randomBytes(8)) + "/";
  }

  /**
   * One finding for each thing that was tried; one alone if the bucket can't be used at all.
   *
   * @throws StoreUnavailable if the bucket was away meanwhile: nothing was found out
   */
  public List<Finding> run() {
    Finding access = checked("access", this::access);
    if (access.verdict() != Finding.Verdict.OK) {
      return List.of(access);
    }
    try {
      return List.of(
          access,
          checked("conditional puts", this::races),
          checked("listings", this::listings),
          checked("ranged gets", this::ranges),
          checked("conditional gets", this::matching));
    } finally {
      cleanUp();
    }
  }

  private static Finding checked(String about, Supplier<Finding> check) {
    try {
      return check.get();
    } catch (StoreUnavailable e) {
      throw e;
    } catch (S3ShardException e) {
      return Finding.failure(about, String.valueOf(e.getMessage()));
    }
  }

  private Finding access() {
    store.put(key("access"), body("access"), Purpose.MAP);
    store.get(key("access"), Purpose.MAP);
    store.list(place, null, 1, Purpose.MAP);
    store.delete(List.of(key("access")), Purpose.MAP);
    return Finding.ok("access", "put, get, list and delete are allowed");
  }

  private Finding races() {
    for (int round = 0; round < ROUNDS; round++) {
      ObjectKey slot = key("race-" + round);
      List<PutOutcome> outcomes = race(slot);
      long winners = outcomes.stream().filter(PutOutcome.WON::equals).count();
      String held = text(store.get(slot, Purpose.MAP).body());
      boolean rightful =
          winners == 1
              ? held.equals(racer(outcomes.indexOf(PutOutcome.WON)))
              : winners == 0 && outcomes.contains(PutOutcome.UNKNOWN);
      if (!rightful || store.putIfAbsent(slot, body("late"), Purpose.MAP) == PutOutcome.WON) {
        return Finding.failure(
            "conditional puts",
            "of "
                + RACERS
                + " puts at once with If-None-Match "
                + winners
                + " were told that they won: "
                + OTHER_SERVER);
      }
    }
    return Finding.ok(
        "conditional puts", "one of " + RACERS + " wins, " + ROUNDS + " times of " + ROUNDS);
  }

  private List<PutOutcome> race(ObjectKey slot) {
    List<Execution.Task<PutOutcome>> racers = new ArrayList<>();
    for (int i = 0; i < RACERS; i++) {
      Body body = body(racer(i));
      racers.add(execution.fork("probe " + i, () -> store.putIfAbsent(slot, body, Purpose.MAP)));
    }
    return racers.stream().map(Execution.Task::join).toList();
  }

  private static String racer(int number) {
    return "racer " + number;
  }

  private Finding listings() {
    List<ObjectKey> keys = IntStream.range(0, 4).mapToObj(i -> key("list-" + i)).toList();
    for (ObjectKey key : keys.reversed()) {
      store.put(key, body("x"), Purpose.MAP);
    }
    if (!listed().equals(keys)) {
      return Finding.failure(
          "listings", "a listing does not show in order what was just put: " + OTHER_SERVER);
    }
    store.delete(keys.subList(1, 3), Purpose.MAP);
    if (!listed().equals(List.of(keys.getFirst(), keys.getLast()))) {
      return Finding.failure("listings", "a listing shows what was just deleted: " + OTHER_SERVER);
    }
    List<ListedObject> after =
        store.list(place + "list-", keys.getFirst().value(), 10, Purpose.MAP);
    if (after.size() != 1) {
      return Finding.failure(
          "listings", "a listing does not begin after the key that was asked for: " + OTHER_SERVER);
    }
    return Finding.ok("listings", "sorted, and they see puts and deletes at once");
  }

  private List<ObjectKey> listed() {
    return store.list(place + "list-", null, 10, Purpose.MAP).stream()
        .map(ListedObject::key)
        .toList();
  }

  private Finding ranges() {
    store.put(key("range"), body("0123456789"), Purpose.MAP);
    String read = text(store.get(key("range"), new ByteRange(3, 4), Purpose.MAP));
    return read.equals("3456")
        ? Finding.ok("ranged gets", "exact")
        : Finding.failure("ranged gets", "a get of a range brings other bytes: " + OTHER_SERVER);
  }

  private Finding matching() {
    ObjectKey key = key("match");
    store.put(key, body("one"), Purpose.MAP);
    String tag = store.list(key.value(), null, 1, Purpose.MAP).getFirst().etag();
    store.getIfMatch(key, tag, Purpose.MAP);
    store.put(key, body("two"), Purpose.MAP);
    try {
      store.getIfMatch(key, tag, Purpose.MAP);
      return Finding.failure(
          "conditional gets", "a get with If-Match brings another object: " + OTHER_SERVER);
    } catch (ObjectMissing expected) {
      return Finding.ok("conditional gets", "If-Match is kept");
    }
  }

  /** What can't be deleted now was found out before, or is too little to fail for. */
  private void cleanUp() {
    try {
      List<ListedObject> left = store.list(place, null, 1000, Purpose.MAP);
      store.delete(left.stream().map(ListedObject::key).toList(), Purpose.MAP);
    } catch (S3ShardException e) {
      LOG.warn("the probe's objects {}* are left: {}", place, e.getMessage());
    }
  }

  private ObjectKey key(String name) {
    return new ObjectKey(place + name);
  }

  private static Body body(String text) {
    return Body.of(text.getBytes(UTF_8));
  }

  private static String text(ByteBuffer bytes) {
    return UTF_8.decode(bytes.duplicate()).toString();
  }
}
