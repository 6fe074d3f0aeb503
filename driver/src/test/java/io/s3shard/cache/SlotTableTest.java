package io.s3shard.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SlotTableTest {
  private static final VolumeId VOLUME = new VolumeId("0123456789abcdef0123456789abcdef");

  /** Against a map, with tags that collide in their low bits. */
  @Test
  void behavesAsAMap() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    SlotTable table = new SlotTable(50);
    Map<Long, Integer> model = new HashMap<>();
    for (int step = 0; step < 20_000; step++) {
      long tag = 1 + random.nextInt(9) + ((long) random.nextInt(20) << 32);
      if (random.nextInt(4) == 0 && model.containsKey(tag)) {
        table.forget(model.remove(tag));
      } else if (!model.containsKey(tag)) {
        int slot = table.next();
        model.values().remove(slot);
        table.fill(slot, tag, 1 + random.nextInt(8));
        model.put(tag, slot);
      }
      for (long t = 0; t < 20; t++) {
        long asked = 1 + random.nextInt(9) + (t << 32);
        assertThat(table.find(asked))
            .as("seed %d step %d", seed, step)
            .isEqualTo(model.getOrDefault(asked, -1));
      }
      assertThat(table.filled()).isEqualTo(model.size());
    }
  }

  @Test
  void whatIsReadAgainOutlivesWhatIsReadOnce() {
    SlotTable table = new SlotTable(100);
    for (long tag = 1; tag <= 100; tag++) {
      table.fill(table.next(), tag, 8);
    }
    for (long tag = 1; tag <= 30; tag++) {
      table.touch(table.find(tag));
    }
    for (long tag = 1001; tag <= 1070; tag++) {
      table.fill(table.next(), tag, 8);
    }
    for (long tag = 1; tag <= 100; tag++) {
      assertThat(table.find(tag) >= 0).as("tag %d", tag).isEqualTo(tag <= 30);
    }
  }

  @Test
  void tagsTellFramesApart() {
    Set<Long> tags = new HashSet<>();
    for (long epoch = 1; epoch < 10; epoch++) {
      for (long counter = 1; counter < 40; counter++) {
        for (long frame = 0; frame < 40; frame++) {
          tags.add(SlotTable.tag(new Frame(ObjectRef.data(VOLUME, epoch, 1, counter, 320), frame)));
          tags.add(SlotTable.tag(new Frame(ObjectRef.data(VOLUME, epoch, 2, counter, 320), frame)));
        }
      }
    }
    tags.add(SlotTable.tag(new Frame(ObjectRef.log(VOLUME, 1, 8), 0)));
    assertThat(tags).hasSize(9 * 39 * 40 * 2 + 1).doesNotContain(0L);
  }
}
