package io.s3shard.map;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The chunk map against the naive model of {@link MapWorld}: random commits, rebases, discards,
 * checkpoints, crashes, clones.
 */
class ChunkMapModelTest {
  private static final MapLimits SMALL = new MapLimits(1500, 4, 2000, 3);
  private static final MapLimits MANY_DELTAS = new MapLimits(9000, 6, 12_000, 3);

  @Test
  void saysWhatTheModelSays() {
    List<String> checkpoints = new ArrayList<>();
    long dead = 0;
    long complete = 0;
    long discards = 0;
    long folds = 0;
    for (long seed = 1; seed <= 300; seed++) {
      MapWorld world =
          new MapWorld(
              new Random(seed), 3 + (int) (seed * 7 % 90), seed % 3 == 0 ? MANY_DELTAS : SMALL);
      run(world, seed, 250);
      checkpoints.addAll(world.done);
      dead += world.deadObjects;
      complete += world.complete;
      discards += world.discards;
      folds += world.folds;
    }
    System.out.printf(
        "%d objects died, %d times all of them were known, %d discards, %d folds%n",
        dead, complete, discards, folds);
    assertThat(dead).isPositive();
    assertThat(complete).isPositive();
    assertThat(discards).isPositive();
    assertThat(folds).isPositive();
    // every way of a checkpoint was gone
    assertThat(checkpoints).contains("delta", "delta none", "pages 1", "pages 2", "pages 9");
  }

  @Test
  void saysItWithTheStandardLimits() {
    for (long seed = 1; seed <= 6; seed++) {
      run(new MapWorld(new Random(seed), 300, MapLimits.STANDARD), seed, 1500);
    }
  }

  private static void run(MapWorld world, long seed, int steps) {
    int step = 0;
    try {
      for (; step < steps; step++) {
        world.step();
      }
      world.checkAll();
      world.reload();
      world.checkAll();
      world.checkpoint();
      world.checkAll();
      world.reload();
      world.checkAll();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("seed " + seed + ", step " + step + ": " + e.getMessage(), e);
    }
  }

  @Test
  void theSameSeedGivesTheSameBytes() {
    MapWorld one = new MapWorld(new Random(7), 60, SMALL);
    MapWorld two = new MapWorld(new Random(7), 60, SMALL);
    run(one, 7, 600);
    run(two, 7, 600);
    assertThat(List.copyOf(one.mapObjects())).isEqualTo(List.copyOf(two.mapObjects()));
    assertThat(one.storedMapBytes()).isPositive();
  }
}
