package io.s3shard.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.StoreRefused;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.execution.ThreadExecution;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The probe finds a bucket that is plainly wrong, says what is wrong, and leaves nothing behind.
 */
final class BehaviourProbeTest {
  /** A bucket whose answers a test bends. */
  private static class Bent implements ObjectStore {
    final MemoryStore memory = new MemoryStore();

    @Override
    public StoredObject get(ObjectKey key, Purpose purpose) {
      return memory.get(key, purpose);
    }

    @Override
    public StoredObject getIfMatch(ObjectKey key, String etag, Purpose purpose) {
      return memory.getIfMatch(key, etag, purpose);
    }

    @Override
    public ByteBuffer get(ObjectKey key, ByteRange range, Purpose purpose) {
      return memory.get(key, range, purpose);
    }

    @Override
    public void put(ObjectKey key, Body body, Purpose purpose) {
      memory.put(key, body, purpose);
    }

    @Override
    public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
      return memory.putIfAbsent(key, body, purpose);
    }

    @Override
    public List<ListedObject> list(
        String prefix, @Nullable String startAfter, int limit, Purpose purpose) {
      return memory.list(prefix, startAfter, limit, purpose);
    }

    @Override
    public void delete(Collection<ObjectKey> keys, Purpose purpose) {
      memory.delete(keys, purpose);
    }
  }

  @Test
  void aRightBucketIsFine() {
    assertThat(probe(new Bent()))
        .hasSize(5)
        .allMatch(finding -> finding.verdict() == Finding.Verdict.OK);
  }

  @Test
  void aBucketThatIgnoresTheConditionIsFound() {
    assertFails(
        "conditional puts",
        new Bent() {
          @Override
          public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
            put(key, body, purpose);
            return PutOutcome.WON;
          }
        });
  }

  @Test
  void aBucketThatTellsTheWrongWinnerIsFound() {
    assertFails(
        "conditional puts",
        new Bent() {
          @Override
          public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
            return memory.putIfAbsent(key, Body.of(new byte[] {1}), purpose);
          }
        });
  }

  @Test
  void aBucketThatRefusesConditionsIsFound() {
    assertFails(
        "conditional puts",
        new Bent() {
          @Override
          public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
            throw new StoreRefused("no If-None-Match here: upgrade");
          }
        });
  }

  @Test
  void aListingThatIsLateIsFound() {
    assertFails(
        "listings",
        new Bent() {
          @Override
          public List<ListedObject> list(
              String prefix, @Nullable String startAfter, int limit, Purpose purpose) {
            List<ListedObject> listed = super.list(prefix, startAfter, limit, purpose);
            return listed.size() == 4 ? listed.subList(0, 3) : listed;
          }
        });
  }

  @Test
  void aListingThatKeepsWhatWasDeletedIsFound() {
    assertFails(
        "listings",
        new Bent() {
          @Override
          public void delete(Collection<ObjectKey> keys, Purpose purpose) {
            super.delete(
                keys.stream().filter(key -> !key.value().endsWith("list-2")).toList(), purpose);
          }
        });
  }

  @Test
  void aRangeThatIsOffIsFound() {
    assertFails(
        "ranged gets",
        new Bent() {
          @Override
          public ByteBuffer get(ObjectKey key, ByteRange range, Purpose purpose) {
            return super.get(key, new ByteRange(range.offset() + 1, range.length()), purpose);
          }
        });
  }

  @Test
  void aGetThatIgnoresItsConditionIsFound() {
    assertFails(
        "conditional gets",
        new Bent() {
          @Override
          public StoredObject getIfMatch(ObjectKey key, String etag, Purpose purpose) {
            return super.get(key, purpose);
          }
        });
  }

  @Test
  void aBucketThatRefusesHasThatOneFinding() {
    Bent bucket =
        new Bent() {
          @Override
          public void put(ObjectKey key, Body body, Purpose purpose) {
            throw new StoreRefused("access denied: allow s3:PutObject");
          }
        };
    assertThat(probe(bucket))
        .containsExactly(Finding.failure("access", "access denied: allow s3:PutObject"));
  }

  @Test
  void aBucketThatIsAwayMeanwhileIsNotCalledUnfit() {
    Bent bucket =
        new Bent() {
          @Override
          public List<ListedObject> list(
              String prefix, @Nullable String startAfter, int limit, Purpose purpose) {
            if (limit > 1 && limit < 1000) { // not the cleaning up
              throw new StoreUnavailable("bucket b does not answer");
            }
            return super.list(prefix, startAfter, limit, purpose);
          }
        };
    assertThatThrownBy(() -> probe(bucket)).isInstanceOf(StoreUnavailable.class);
    assertThat(bucket.memory.list(BehaviourProbe.PLACE, null, 10, Purpose.MAP)).isEmpty();
  }

  private static void assertFails(String about, Bent bucket) {
    List<Finding> findings = probe(bucket);
    assertThat(findings)
        .filteredOn(finding -> finding.verdict() != Finding.Verdict.OK)
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.about()).isEqualTo(about);
          assertThat(finding.verdict()).isEqualTo(Finding.Verdict.FAILURE);
          assertThat(finding.message()).doesNotContain("\n").containsPattern("use another|upgrade");
        });
  }

  private static List<Finding> probe(Bent bucket) {
    bucket.memory.put(new ObjectKey("another"), Body.of(new byte[1]), Purpose.FLUSH);
    List<Finding> findings = new BehaviourProbe(bucket, new ThreadExecution()).run();
    assertThat(bucket.memory.list("", null, 1000, Purpose.MAP))
        .extracting(ListedObject::key)
        .filteredOn(key -> !key.value().endsWith("list-2"))
        .containsExactly(new ObjectKey("another"));
    return findings;
  }
}
