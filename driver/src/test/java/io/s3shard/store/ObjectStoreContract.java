package io.s3shard.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.Damaged;
import io.s3shard.error.ObjectMissing;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every store must do. A subclass gives one that is empty, or empty under a prefix of its own.
 */
public abstract class ObjectStoreContract {
  protected abstract ObjectStore store();

  /**
   * The longest last part of a key, in bytes. A volume's name has up to 255 bytes, and
   * percent-encoded three times as many.
   */
  protected int longestName() {
    return 765;
  }

  @Test
  void whatWasPutIsRead() {
    put("a/b", "hello");
    StoredObject object = store().get(key("a/b"), Purpose.MAP);
    assertThat(text(object.body())).isEqualTo("hello");
    assertThat(object.body().isReadOnly()).isTrue();
    assertThat(object.etag()).isNotEmpty();
  }

  @Test
  void anEmptyObjectIsAnObject() {
    put("empty", "");
    assertThat(store().get(key("empty"), Purpose.MAP).body().remaining()).isZero();
    assertThat(store().list("empty", null, 10, Purpose.MAP))
        .extracting(ListedObject::sizeBytes)
        .containsExactly(0L);
  }

  @Test
  void bodiesAreGatheredFromTheirParts() {
    Random random = new Random(7);
    List<ByteBuffer> parts = new ArrayList<>();
    for (int size : new int[] {0, 1, 4096, 0, 100_000, 3}) {
      byte[] bytes = new byte[size];
      random.nextBytes(bytes);
      parts.add(ByteBuffer.allocateDirect(size).put(bytes).flip());
    }
    Body body = Body.of(parts);
    store().put(key("gathered"), body, Purpose.FLUSH);
    assertThat(store().get(key("gathered"), Purpose.MAP).body()).isEqualTo(body.toBuffer());
    assertThat(store().putIfAbsent(key("gathered-once"), body, Purpose.LOG))
        .isEqualTo(PutOutcome.WON);
    assertThat(store().get(key("gathered-once"), Purpose.MAP).body()).isEqualTo(body.toBuffer());
  }

  @Test
  void aPutReplaces() {
    put("k", "old");
    put("k", "new and longer");
    assertThat(read("k")).isEqualTo("new and longer");
  }

  @Test
  void aMissingObjectIsMissing() {
    assertThatThrownBy(() -> store().get(key("nothing"), Purpose.MAP))
        .isInstanceOf(ObjectMissing.class);
    assertThatThrownBy(() -> store().getIfMatch(key("nothing"), "\"0\"", Purpose.MAP))
        .isInstanceOf(ObjectMissing.class);
    assertThatThrownBy(() -> store().get(key("nothing"), new ByteRange(0, 1), Purpose.READ))
        .isInstanceOf(ObjectMissing.class)
        .hasMessageContaining("nothing");
  }

  @Test
  void aRangeComesIntoTheCallersBuffer() {
    put("digits", "0123456789");
    ByteBuffer into = ByteBuffer.allocate(8).put((byte) '<');
    store().get(key("digits"), new ByteRange(3, 4), into, Purpose.READ);
    assertThat(into.put((byte) '>').position()).isEqualTo(6);
    assertThat(text(into.flip())).isEqualTo("<3456>");
    ByteBuffer direct = ByteBuffer.allocateDirect(4);
    store().get(key("digits"), new ByteRange(0, 4), direct, Purpose.READ);
    assertThat(text(direct.flip())).isEqualTo("0123");
    assertThatThrownBy(
            () -> store().get(key("digits"), new ByteRange(8, 4), into.clear(), Purpose.READ))
        .isInstanceOf(Damaged.class);
  }

  @Test
  void rangesAreExact() {
    put("digits", "0123456789");
    assertThat(range("digits", 0, 1)).isEqualTo("0");
    assertThat(range("digits", 3, 4)).isEqualTo("3456");
    assertThat(range("digits", 9, 1)).isEqualTo("9");
    assertThat(range("digits", 0, 10)).isEqualTo("0123456789");
  }

  @Test
  void aRangeBeyondTheEndIsDamage() {
    put("short", "01234");
    assertThatThrownBy(() -> range("short", 3, 4))
        .isInstanceOf(Damaged.class)
        .hasMessageContaining("short");
    assertThatThrownBy(() -> range("short", 5, 1)).isInstanceOf(Damaged.class);
    assertThatThrownBy(() -> range("short", 700, 9)).isInstanceOf(Damaged.class);
    assertThatThrownBy(() -> range("short", 0, 6)).isInstanceOf(Damaged.class);
  }

  @Test
  void theTagOfAListingMatches() {
    put("tagged", "one");
    String tag = store().list("tagged", null, 1, Purpose.MAP).getFirst().etag();
    assertThat(store().get(key("tagged"), Purpose.MAP).etag()).isEqualTo(tag);
    assertThat(text(store().getIfMatch(key("tagged"), tag, Purpose.MAP).body())).isEqualTo("one");
    put("tagged", "another");
    assertThatThrownBy(() -> store().getIfMatch(key("tagged"), tag, Purpose.MAP))
        .isInstanceOf(ObjectMissing.class);
  }

  @Test
  void aPutIfAbsentWinsOnce() {
    assertThat(putOnce("slot", "mine")).isEqualTo(PutOutcome.WON);
    assertThat(putOnce("slot", "yours")).isEqualTo(PutOutcome.LOST);
    assertThat(read("slot")).isEqualTo("mine");
    store().delete(List.of(key("slot")), Purpose.BACKGROUND);
    assertThat(putOnce("slot", "again")).isEqualTo(PutOutcome.WON);
  }

  @Test
  void anEmptyObjectHoldsItsSlot() {
    assertThat(putOnce("slot", "")).isEqualTo(PutOutcome.WON);
    assertThat(putOnce("slot", "x")).isEqualTo(PutOutcome.LOST);
  }

  @Test
  void ofManyAtOnceOneWins() throws Exception {
    for (int round = 0; round < 5; round++) {
      String slot = "race/" + round;
      List<String> winners =
          race(
              8,
              racer -> putOnce(slot, "racer " + racer) == PutOutcome.WON ? "racer " + racer : "");
      winners.removeIf(String::isEmpty);
      assertThat(winners).hasSize(1);
      assertThat(read(slot)).isEqualTo(winners.getFirst());
    }
  }

  @Test
  void whatWasSeenOfAWinnerStays() throws Exception {
    // a reader beside the racers sees nothing or the winner, never a part and never two
    Set<String> seen = new HashSet<>();
    race(
        9,
        racer -> {
          if (racer > 0) {
            return putOnce("watched", ("racer " + racer).repeat(1000)).toString();
          }
          for (int i = 0; i < 50; i++) {
            try {
              seen.add(read("watched"));
            } catch (ObjectMissing e) {
              continue;
            }
          }
          return "";
        });
    seen.add(read("watched"));
    assertThat(seen).hasSize(1);
  }

  @Test
  void listingsAreInByteOrder() {
    List<String> keys =
        List.of("l/0", "l/A", "l/Z", "l/a%2F", "l/a-", "l/a.b", "l/a/b", "l/a0", "l/b", "l/~");
    keys.reversed().forEach(name -> put(name, name));
    put("k", "before");
    put("m", "after");
    assertThat(list("l/", null, 1000)).isEqualTo(keys);
    assertThat(list("l/a", null, 1000)).isEqualTo(keys.subList(3, 8));
    assertThat(list("l/", "l/a-", 3)).isEqualTo(keys.subList(5, 8));
    assertThat(list("l/", "l/a.", 1)).isEqualTo(keys.subList(5, 6));
    assertThat(list("l/", "a", 2)).isEqualTo(keys.subList(0, 2));
    assertThat(list("l/", "l/~", 2)).isEmpty();
    assertThat(list("l/", "z", 2)).isEmpty();
    assertThat(list("none/", null, 2)).isEmpty();
    assertThat(list("", null, 1)).containsExactly("k");
  }

  @Test
  void aListingGoesOnWhereTheLastOneEnded() {
    List<String> keys = IntStream.range(0, 25).mapToObj(i -> "page/%04x".formatted(i)).toList();
    keys.forEach(name -> put(name, name));
    List<String> listed = new ArrayList<>();
    @Nullable String after = null;
    for (List<String> page = list("page/", null, 10);
        !page.isEmpty();
        page = list("page/", after, 10)) {
      listed.addAll(page);
      after = page.getLast();
    }
    assertThat(listed).isEqualTo(keys);
  }

  @Test
  void aListingShowsWhatJustHappened() {
    for (int i = 0; i < 10; i++) {
      put("now/" + i, "x");
      assertThat(list("now/", null, 100)).contains("now/" + i);
      store().delete(List.of(key("now/" + i)), Purpose.BACKGROUND);
      assertThat(list("now/", null, 100)).isEmpty();
    }
  }

  @Test
  void deletingWhatIsMissingIsFine() {
    put("d/1", "x");
    put("d/3", "x");
    store().delete(List.of(key("d/1"), key("d/2"), key("d/3"), key("d/4/5")), Purpose.BACKGROUND);
    store().delete(List.of(key("d/1")), Purpose.BACKGROUND);
    store().delete(List.of(), Purpose.BACKGROUND);
    assertThat(list("d/", null, 10)).isEmpty();
    assertThatThrownBy(() -> read("d/1")).isInstanceOf(ObjectMissing.class);
  }

  @Test
  void bigBodiesAreExact() {
    byte[] bytes = new byte[8 << 20];
    new Random(8).nextBytes(bytes);
    Body body =
        Body.of(
            List.of(
                ByteBuffer.wrap(bytes, 0, 3_000_001),
                ByteBuffer.wrap(bytes, 3_000_001, bytes.length - 3_000_001)));
    store().put(key("big/put"), body, Purpose.FLUSH);
    assertThat(store().get(key("big/put"), Purpose.READ).body()).isEqualTo(ByteBuffer.wrap(bytes));
    assertThat(store().putIfAbsent(key("big/slot"), body, Purpose.LOG)).isEqualTo(PutOutcome.WON);
    ByteRange middle = new ByteRange(2_999_000, 1 << 20);
    assertThat(store().get(key("big/slot"), middle, Purpose.READ))
        .isEqualTo(ByteBuffer.wrap(bytes, (int) middle.offset(), (int) middle.length()));
  }

  @Test
  void aBigPutIfAbsentThatComesLateChangesNothing() {
    putOnce("taken", "first");
    for (int i = 0; i < 5; i++) {
      // a server may hang up before it has read the body: then nobody knows, but it never says that
      // we won
      PutOutcome outcome =
          store().putIfAbsent(key("taken"), Body.of(new byte[2 << 20]), Purpose.LOG);
      assertThat(outcome).isNotEqualTo(PutOutcome.WON);
      assertThat(read("taken")).isEqualTo("first");
    }
  }

  @Test
  void theLongestNamesFit() {
    String name = "names/" + "%41".repeat(longestName() / 3);
    put(name, "x");
    assertThat(list("names/", null, 10)).containsExactly(name);
    assertThat(read(name)).isEqualTo("x");
  }

  static ObjectKey key(String name) {
    return new ObjectKey(name);
  }

  final void put(String name, String content) {
    store().put(key(name), Body.of(content.getBytes(UTF_8)), Purpose.FLUSH);
  }

  final PutOutcome putOnce(String name, String content) {
    Body body = Body.of(content.getBytes(UTF_8));
    return store().putIfAbsent(key(name), body, Purpose.LOG);
  }

  final String read(String name) {
    return text(store().get(key(name), Purpose.READ).body());
  }

  final String range(String name, long offset, long length) {
    return text(store().get(key(name), new ByteRange(offset, length), Purpose.READ));
  }

  final List<String> list(String prefix, @Nullable String startAfter, int limit) {
    return store().list(prefix, startAfter, limit, Purpose.MAP).stream()
        .map(object -> object.key().value())
        .toList();
  }

  static String text(ByteBuffer bytes) {
    return UTF_8.decode(bytes.duplicate()).toString();
  }

  private interface Racer {
    String run(int racer) throws Exception;
  }

  private static List<String> race(int racers, Racer racer) throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      List<Future<String>> runs = new ArrayList<>();
      for (int i = 0; i < racers; i++) {
        int number = i;
        Callable<String> run =
            () -> {
              start.await();
              return racer.run(number);
            };
        runs.add(threads.submit(run));
      }
      start.countDown();
      List<String> results = new ArrayList<>();
      for (Future<String> run : runs) {
        results.add(run.get());
      }
      return results;
    }
  }
}
