package io.s3shard.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The bucket in memory keeps the contract. */
final class MemoryStoreTest extends ObjectStoreContract {
  private final MemoryStore memory = new MemoryStore();

  @Override
  protected ObjectStore store() {
    return memory;
  }

  @Test
  void aTagSaysWhatTheBytesAreAndNothingElse() {
    MemoryStore other = new MemoryStore();
    other.put(key("before"), Body.of(new byte[9]), Purpose.FLUSH);
    for (int length = 0; length < 40; length++) {
      byte[] bytes = new byte[length];
      Arrays.fill(bytes, (byte) length);
      memory.put(key("here"), Body.of(bytes), Purpose.FLUSH);
      other.putIfAbsent(key("there/" + length), Body.of(bytes), Purpose.LOG);
      String tag = memory.get(key("here"), Purpose.READ).etag();
      assertThat(tag)
          .isEqualTo(other.get(key("there/" + length), Purpose.READ).etag())
          .startsWith("\"")
          .endsWith("\"");
    }
  }

  @Test
  void eachFlippedBitAndEachLengthGivesAnotherTag() {
    byte[] bytes = new byte[37];
    new Random(11).nextBytes(bytes);
    Set<String> tags = new HashSet<>(Set.of(tagOf(bytes)));
    for (int bit = 0; bit < bytes.length * 8; bit++) {
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(tags.add(tagOf(flipped))).as("bit %d", bit).isTrue();
    }
    for (int length = 0; length < bytes.length; length++) {
      assertThat(tags.add(tagOf(Arrays.copyOf(bytes, length)))).as("length %d", length).isTrue();
    }
    assertThat(tags.add(tagOf(new byte[16]))).isTrue();
    assertThat(tags.add(tagOf(new byte[24]))).isTrue();
  }

  @Test
  void itRefusesWhatS3Refuses() {
    assertThatThrownBy(() -> list("", null, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> list("", null, 1001)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> memory.delete(Collections.nCopies(1001, key("k")), Purpose.BACKGROUND))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static String tagOf(byte[] bytes) {
    MemoryStore store = new MemoryStore();
    store.put(key("k"), Body.of(bytes), Purpose.FLUSH);
    return store.get(key("k"), Purpose.READ).etag();
  }
}
