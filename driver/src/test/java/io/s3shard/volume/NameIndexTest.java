package io.s3shard.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.format.Layout;
import io.s3shard.format.NameKey;
import io.s3shard.format.VolumeId;
import io.s3shard.store.Body;
import io.s3shard.store.ListedObject;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import io.s3shard.testing.ForwardingStore;
import io.s3shard.testing.InlineExecution;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Holds RFC 0005: no request that comes late, or twice, takes a name away or gives it twice. */
class NameIndexTest {
  private static final VolumeId ONE = new VolumeId("1".repeat(32));
  private static final VolumeId TWO = new VolumeId("2".repeat(32));

  private final MemoryStore bucket = new MemoryStore();
  private final List<ObjectKey> deleted = new ArrayList<>();
  private final NameIndex index =
      new NameIndex(
          new ForwardingStore(bucket) {
            @Override
            public void delete(Collection<ObjectKey> keys, Purpose purpose) {
              deleted.addAll(keys);
              super.delete(keys, purpose);
            }
          });

  @Test
  void aNameIsOneVolumesUntilItIsFreed() {
    assertThat(index.read("a")).isEmpty();
    assertThat(index.claim("a", ONE)).isTrue();
    assertThat(index.claim("a", ONE)).as("again").isTrue();
    assertThat(index.claim("a", TWO)).isFalse();
    index.free("a", TWO);
    assertThat(index.read("a")).contains(ONE);
    index.free("a", ONE);
    assertThat(index.read("a")).isEmpty();
    assertThat(index.names()).isEmpty();
    assertThat(index.claim("a", TWO)).isTrue();
    assertThat(index.names()).containsExactly("a");
  }

  @Test
  void everyDeleteMayComeOnceMoreAtAnyTime() {
    for (int i = 0; i < 5; i++) {
      VolumeId id = i % 2 == 0 ? ONE : TWO;
      assertThat(index.claim("a", id)).isTrue();
      bucket.delete(deleted, Purpose.MAP);
      assertThat(index.read("a")).as("generation %d", 2 * i).contains(id);
      index.free("a", id);
      bucket.delete(deleted, Purpose.MAP);
      assertThat(index.read("a")).isEmpty();
    }
    assertThat(keys()).as("the newest alone is left").containsExactly(key("a", 9));
  }

  @Test
  void aClaimThatComesLateMeansNothing() {
    index.claim("a", ONE);
    Body late = Body.of(bucket.get(key("a", 0), Purpose.MAP).body());
    index.free("a", ONE);
    assertThat(bucket.putIfAbsent(key("a", 0), late, Purpose.MAP)).isEqualTo(PutOutcome.WON);
    assertThat(index.read("a")).isEmpty();
    assertThat(index.names()).isEmpty();
    assertThat(index.claim("a", TWO)).isTrue();
    assertThat(index.read("a")).contains(TWO);
    assertThat(index.later("a")).contains(TWO);
  }

  @Test
  void whoClaimsWhatWasUsedMeanwhileDoesNotHaveIt() {
    index.claim("a", ONE);
    index.free("a", ONE);
    NameIndex slow =
        new NameIndex(
            new ForwardingStore(bucket) {
              private boolean done;

              @Override
              public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
                if (key.equals(key("a", 2)) && !done) {
                  done = true;
                  index.claim("a", ONE);
                  index.free("a", ONE);
                }
                return super.putIfAbsent(key, body, purpose);
              }
            });
    assertThat(slow.claim("a", TWO)).isFalse();
    assertThat(keys()).as("it won a dead slot").contains(key("a", 2), key("a", 3));
    assertThat(index.read("a")).isEmpty();
    assertThat(slow.claim("a", TWO)).isTrue();
  }

  @Test
  void namesThatBeginAlikeAreNotMixedUp() {
    for (String name : List.of("a", "a1", "a~", "a~7ffffffffffffffe", "b")) {
      index.claim(name, ONE);
      index.free(name, ONE);
      index.claim(name, TWO);
    }
    index.free("a1", TWO);
    assertThat(index.names()).containsExactly("a", "a~", "a~7ffffffffffffffe", "b");
    assertThat(index.read("a")).contains(TWO);
  }

  @Test
  void aVolumeIsFoundByANameThatAnotherHadBefore() {
    Volumes volumes = new Volumes(bucket, new InlineExecution(), "s3://b/p");
    volumes.create(NewVolume.of("a", 1));
    volumes.rename("a", "b");
    Volume second = volumes.create(NewVolume.of("a", 2));
    assertThat(volumes.get("a").id()).isEqualTo(second.id());
    assertThat(new Snapshots(volumes).create("a", "monday").volume()).isEqualTo(second.id());
    // a first entry that was put once more
    new NameIndex(bucket).claim("b", second.id());
    bucket.put(Layout.name("a"), body("a", volumes.get("b").id()), Purpose.MAP);
    assertThat(volumes.get("a").id()).isEqualTo(second.id());
    assertThat(new Snapshots(volumes).create("a", "tuesday").volume()).isEqualTo(second.id());
  }

  @Test
  void aKeyStandsForOneEntry() {
    for (long generation : new long[] {0, 1, 2, 77}) {
      NameKey key = new NameKey("ä b", generation);
      assertThat(NameKey.of(key.key())).contains(key);
      assertThat(key.isFree()).isEqualTo(generation % 2 == 1);
    }
    for (String bad :
        List.of(
            "names/a~7fffffffffffffff",
            "names/a~7FFFFFFFFFFFFFFE",
            "names/a~8000000000000000",
            "names/a~7ffffffffffffff",
            "names/a~7ffffffffffffffe~7ffffffffffffffe",
            "names/~7ffffffffffffffe",
            "other/a~7ffffffffffffffe")) {
      assertThat(NameKey.of(new ObjectKey(bad))).as(bad).isEqualTo(Optional.empty());
    }
  }

  private static Body body(String name, VolumeId id) {
    MemoryStore other = new MemoryStore();
    new NameIndex(other).claim(name, id);
    return Body.of(other.get(key(name, 0), Purpose.MAP).body());
  }

  private static ObjectKey key(String name, long generation) {
    return new NameKey(name, generation).key();
  }

  private List<ObjectKey> keys() {
    return bucket.list(Layout.NAMES, null, 10, Purpose.MAP).stream()
        .map(ListedObject::key)
        .toList();
  }
}
