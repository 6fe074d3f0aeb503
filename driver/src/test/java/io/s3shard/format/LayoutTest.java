package io.s3shard.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.InvalidRequest;
import io.s3shard.store.ObjectKey;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys: each says what it is, in one way only. */
class LayoutTest {
  private static final VolumeId VOLUME = Objects.VOLUME;
  private static final VolumeId OTHER = new VolumeId("f".repeat(32));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fs.img",
        "a",
        "...",
        ".hidden",
        "snapshots",
        "with space",
        "100%",
        "%41",
        "a\\b",
        "tab\tnewline\n",
        "grün",
        "日本語",
        "😀",
        "e\u0301",
        "\u00e9",
        "\u202e",
        "\u007f",
        "\uffff",
        "-rf",
        "~",
        "*?[]",
        "\"'",
        "k=v&x"
      })
  void everyNameComesBack(String name) {
    ObjectKey key = Layout.name(name);
    assertThat(key.value()).matches("names/([A-Za-z0-9._-]|%[0-9A-F]{2})+");
    assertThat(Layout.nameOf(key)).contains(name);
  }

  @Test
  void anyValidUtf8IsAName() {
    long seed = 20261124;
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      String name = randomName(random);
      assertThat(Layout.nameOf(Layout.name(name))).as("seed %d, name %d", seed, i).contains(name);
    }
  }

  private static String randomName(Random random) {
    StringBuilder name = new StringBuilder();
    int length = 1 + random.nextInt(60);
    while (name.length() < length) {
      int bound = List.of(0x80, 0x800, 0x10000, 0x110000).get(random.nextInt(4));
      int point = 1 + random.nextInt(bound - 1);
      boolean surrogate = point >= 0xd800 && point < 0xe000;
      if (point != '/' && !surrogate) {
        name.appendCodePoint(point);
      }
    }
    String made = name.toString();
    return List.of(".", "..", ".snapshots").contains(made) ? "x" : made;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        ".snapshots",
        "a/b",
        "/",
        "nul\0",
        "\ud800",
        "\udc00\ud800",
        "a\ud83d"
      })
  void whatNoFileCanBeCalledIsRefused(String name) {
    assertThatThrownBy(() -> Layout.name(name))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("name");
  }

  @Test
  void aNameIsAtMost255BytesOfUtf8() {
    for (String longest :
        List.of("x".repeat(255), "ü".repeat(127) + "x", "😀".repeat(63) + "xyz")) {
      assertThat(longest.getBytes(StandardCharsets.UTF_8)).hasSize(255);
      assertThat(Layout.nameOf(Layout.name(longest))).contains(longest);
      assertThatThrownBy(() -> Layout.name(longest + "x"))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContainingAll("256 bytes", "at most 255");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "names/",
        "names/%4",
        "names/%",
        "names/%4g",
        "names/%41",
        "names/%2f",
        "names/%2F",
        "names/%2e",
        "names/%C3",
        "names/a b",
        "names/%c3%bc",
        "names/ü",
        "names/%ED%A0%80",
        "names/a/b",
        "names/.",
        "volumes/x",
        "name/x",
        "names/%\uff11\uff11"
      })
  void aKeyThatNoNameHasIsNone(String key) {
    assertThat(Layout.nameOf(new ObjectKey(key))).isEmpty();
  }

  @Test
  void theNewestSlotIsListedFirst() {
    long[] slots = {
      1, 2, 15, 16, 17, 255, 256, 1L << 32, (1L << 32) + 1, Long.MAX_VALUE - 1, Long.MAX_VALUE
    };
    for (int i = 0; i < slots.length; i++) {
      ObjectKey key = Layout.log(VOLUME, slots[i]);
      assertThat(Layout.slot(VOLUME, key)).contains(slots[i]);
      assertThat(Layout.slot(OTHER, key)).isEmpty();
      if (i > 0) {
        assertThat(key).isLessThan(Layout.log(VOLUME, slots[i - 1]));
      }
    }
    assertThat(Layout.log(VOLUME, 1).value())
        .isEqualTo("volumes/000102030405060708090a0b0c0d0e0f/log/7ffffffffffffffe");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "7FFFFFFFFFFFFFFE",
        "+ffffffffffffffe",
        "7fffffffffffffff",
        "8000000000000000",
        "ffffffffffffffff",
        "7ffffffffffffff",
        "7ffffffffffffffe0",
        "7fffffffffffffg0",
        "\uff17ffffffffffffff",
        ""
      })
  void aKeyThatNoSlotHasIsNone(String number) {
    assertThat(Layout.slot(VOLUME, new ObjectKey(Layout.logFolder(VOLUME) + number))).isEmpty();
  }

  @Test
  void anObjectsKeyNamesIt() {
    for (long n : new long[] {0, 1, 0xabcdef, Long.MAX_VALUE}) {
      for (ObjectRef ref :
          List.of(
              ObjectRef.data(VOLUME, n, n / 2, n / 3, 0), ObjectRef.map(VOLUME, n / 3, n, n / 2))) {
        assertThat(Layout.object(VOLUME, ref.key())).contains(ref);
        assertThat(Layout.object(OTHER, ref.key())).isEmpty();
      }
    }
    assertThat(Layout.object(VOLUME, Layout.log(VOLUME, 1))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data/0000000000000001-0000000000000001",
        "data/0000000000000001-0000000000000001-000000000000000G",
        "data/000000000000000A-0000000000000001-0000000000000001",
        "map/+000000000000001-0000000000000001-0000000000000001",
        "map/0000000000000001-0000000000000001-0000000000000001-",
        "map/1-1-1",
        "else/0000000000000001-0000000000000001-0000000000000001"
      })
  void aKeyThatNoObjectHasIsNone(String key) {
    assertThat(Layout.object(VOLUME, new ObjectKey(Layout.folder(VOLUME) + key))).isEmpty();
  }

  @Test
  void aVolumeIdIs32HexadecimalDigits() {
    byte[] bytes = new byte[16];
    bytes[0] = (byte) 0xfe;
    assertThat(VolumeId.of(bytes).value()).isEqualTo("fe" + "0".repeat(30));
    for (String bad :
        List.of("", "0".repeat(31), "0".repeat(33), "A".repeat(32), "0".repeat(31) + "\n")) {
      assertThat(VolumeId.isValid(bad)).isFalse();
      assertThatThrownBy(() -> new VolumeId(bad)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
