package io.s3shard.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.Damaged;
import io.s3shard.error.StoreRefused;
import io.s3shard.error.VolumeMissing;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectFormat;
import io.s3shard.proto.v1.PrefixFormat;
import io.s3shard.store.Body;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a prefix must be before anything is written to it. */
class PrefixTest {
  private final MemoryStore store = new MemoryStore();
  private final Prefix prefix = new Prefix(store, "s3://bucket/prefix");

  @Test
  void anEmptyPrefixIsClaimedOnce() {
    prefix.claim();
    prefix.claim();
    prefix.require();
    assertThat(store.list("", null, 10, Purpose.MAP))
        .extracting(o -> o.key())
        .containsExactly(Layout.PREFIX_FORMAT);
  }

  @Test
  void whatIsNotThereIsNotMadeByLooking() {
    assertThatThrownBy(prefix::require)
        .isInstanceOf(VolumeMissing.class)
        .hasMessage(
            "s3://bucket/prefix holds no volumes: check bucket and prefix, or make the first one with 's3shard create'");
    assertThat(store.list("", null, 10, Purpose.MAP)).isEmpty();
  }

  @Test
  void aForeignPrefixIsRefusedAndLeftAlone() {
    store.put(new ObjectKey("photos/cat.jpg"), Body.of(new byte[] {1}), Purpose.MAP);
    assertThatThrownBy(prefix::claim)
        .isInstanceOf(StoreRefused.class)
        .hasMessage(
            "s3://bucket/prefix holds other things (photos/cat.jpg) and no s3shard mark: use an empty prefix");
    assertThatThrownBy(prefix::require).isInstanceOf(StoreRefused.class);
    assertThat(store.list("", null, 10, Purpose.MAP)).hasSize(1);
  }

  @Test
  void aNewerFormatAsksForAnUpgrade() {
    mark(PrefixFormat.newBuilder().setVersion(2).build().toByteArray());
    assertThatThrownBy(prefix::claim)
        .isInstanceOf(StoreRefused.class)
        .hasMessage(
            "s3://bucket/prefix has format version 2, this s3shard knows 1: upgrade s3shard");
  }

  @Test
  void aMarkThatIsNotOursIsDamage() {
    store.put(
        Layout.PREFIX_FORMAT,
        Body.of(
            "hello, this is somebody else's object, and a long one"
                .getBytes(StandardCharsets.UTF_8)),
        Purpose.MAP);
    assertThatThrownBy(prefix::claim)
        .isInstanceOf(Damaged.class)
        .hasMessageStartingWith(
            "object s3shard of s3://bucket/prefix is no mark of ours: use another prefix");
  }

  @Test
  void aPrefixWithVolumesIsClaimedAgainAtEachMount() {
    prefix.claim();
    store.put(Layout.name("a"), Body.of(new byte[] {1}), Purpose.MAP);
    assertThatCode(prefix::claim).doesNotThrowAnyException();
  }

  private void mark(byte[] metadata) {
    Body body =
        ObjectFormat.encode(
            ObjectFormat.Kind.PREFIX_FORMAT, Layout.PREFIX_FORMAT, List.of(), metadata);
    store.put(Layout.PREFIX_FORMAT, body, Purpose.MAP);
  }
}
