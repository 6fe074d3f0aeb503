package io.s3shard.damage;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.error.S3ShardException;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.error.VolumeMissing;
import io.s3shard.format.Layout;
import io.s3shard.store.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * DESIGN §2, promise 4: each kind of object damaged in each way. What is read is right or fails,
 * and a failure names the object.
 */
class DamagedBucketTest {
  /** Of each part so many objects are damaged, one at a time. */
  private static final int OBJECTS = 4;

  private static Specimen specimen;
  private static Set<ObjectKey> needed;

  @BeforeAll
  static void make() {
    specimen = new Specimen();
    Look clean = new Look(specimen, Specimen.store(specimen.objects())).atEverything();
    assertThat(clean.failures()).isEmpty();
    needed = clean.read();
    assertThat(new Look(specimen, Specimen.store(specimen.objects())).byWriting().failures())
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void whatIsReadIsRightOrFailsAndNamesTheObject(Part part) {
    List<ObjectKey> keys = some(specimen.keys(part).stream().filter(needed::contains).toList());
    assertThat(keys).as("objects that a reader needs").isNotEmpty();
    for (ObjectKey key : keys) {
      for (Damage damage : Damage.values()) {
        boolean alone = specimen.keys(part).size() == 1;
        if (damage != Damage.SWAPPED || !alone) {
          check(part, key, damage);
        }
      }
    }
  }

  private static void check(Part part, ObjectKey key, Damage damage) {
    ObjectKey other =
        specimen.keys(part).stream().filter(k -> !k.equals(key)).findFirst().orElse(key);
    List<S3ShardException> failures = failures(part, key, other, damage);
    String what = part + " " + key + " " + damage + ": " + failures;
    if (isTail(key) && damage == Damage.DELETED) {
      assertThat(failures).as("the log ends before it, and all is right: %s", what).isEmpty();
    } else if (part == Part.NAME && damage == Damage.DELETED) {
      assertThat(failures).as(what).hasOnlyElementsOfType(VolumeMissing.class).isNotEmpty();
      assertThat(failures.getFirst().getMessage()).contains(Layout.nameOf(key).orElseThrow());
    } else if (!isPartlyRead(part) || damage.isEverywhere()) {
      assertThat(failures)
          .as(what)
          .anyMatch(e ->
              e.getMessage().contains(key.value())
                  || damage == Damage.SWAPPED && e.getMessage().contains(other.value()));
      assertThat(failures).as(what).noneMatch(e -> e instanceof StoreUnavailable);
    }
  }

  /** Of data a read fetches the frames that it needs: what is damaged beside them is not seen. */
  private static boolean isPartlyRead(Part part) {
    return part == Part.CHUNK || part == Part.SEGMENT;
  }

  /** The newest record of a log: nothing tells that there ever was one. */
  private static boolean isTail(ObjectKey key) {
    return specimen.contents().keySet().stream()
        .map(Layout::logFolder)
        .map(folder -> specimen.keysBelow(folder).getFirst())
        .anyMatch(key::equals);
  }

  /** The first, the last, and some between. */
  private static List<ObjectKey> some(List<ObjectKey> keys) {
    List<ObjectKey> some = new ArrayList<>();
    for (int i = 0; i < Math.min(OBJECTS, keys.size()); i++) {
      some.add(keys.get(i * (keys.size() - 1) / Math.max(1, Math.min(OBJECTS, keys.size()) - 1)));
    }
    return some;
  }

  /** Of a look at the bucket, and of writing to it. A wrong byte is none: it ends the test. */
  private static List<S3ShardException> failures(
      Part part, ObjectKey key, ObjectKey other, Damage damage) {
    Map<ObjectKey, byte[]> objects = specimen.objects();
    damage.to(key, other, objects);
    try {
      Look look = new Look(specimen, Specimen.store(objects)).atEverything();
      List<S3ShardException> failures = new ArrayList<>(look.failures());
      failures.addAll(new Look(specimen, Specimen.store(objects)).byWriting().failures());
      return failures;
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(part + " " + key + " " + damage + ": " + e.getMessage(), e);
    }
  }
}
