package io.s3shard.sim;

import io.s3shard.error.Damaged;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.S3ShardException;
import io.s3shard.format.VolumeId;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.StoreSettings;
import io.s3shard.store.StoreStack;
import io.s3shard.volume.Snapshot;
import io.s3shard.volume.Volumes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What all actors of a {@link CopiesSimulation} share: the bucket, and the volumes and snapshots
 * that must be there. What somebody wants to delete is forgotten before the request is made, what
 * somebody has made is known when that was reported: in between it may be there or not.
 */
final class CopiesWorld {
  /** A volume that must be there. {@code busy}: somebody has it open, or is about to. */
  static final class Copy {
    final VolumeId id;
    final Contents contents;
    boolean busy;

    Copy(VolumeId id, byte[] base) {
      this.id = id;
      this.contents = new Contents(base);
    }
  }

  /** A snapshot that must be there, and what it may show. */
  record Kept(Snapshot snapshot, Contents.States states) {}

  final Simulation simulation;
  final SimBucket bucket;
  final SimRandom dice;
  final CopiesMutation mutation;
  final Coverage coverage = new Coverage();
  final List<Copy> copies = new ArrayList<>();
  final List<Kept> kept = new ArrayList<>();
  boolean calm;
  private int numbers;

  CopiesWorld(long seed, CopiesMutation mutation) {
    this.simulation = new Simulation(seed);
    this.dice = simulation.random();
    this.bucket = new SimBucket(simulation, Faults.random(dice));
    this.mutation = mutation;
  }

  int next() {
    return ++numbers;
  }

  /** The bucket as a process reaches it. */
  ObjectStore store(SimProcess process) {
    ObjectStore reached = mutation.store(bucket.objects(), bucket.reachedBy(process));
    return new StoreStack(reached, new StoreSettings(16, Optional.empty()), process.execution())
        .store();
  }

  Volumes volumes(SimProcess process) {
    return new Volumes(store(process), process.execution(), "sim");
  }

  @Nullable Copy anyCopy(SimRandom own) {
    return copies.isEmpty() ? null : own.oneOf(copies);
  }

  @Nullable Kept anyKept(SimRandom own) {
    return kept.isEmpty() ? null : own.oneOf(kept);
  }

  /** What went wrong as it must now and then. Damage never is. */
  void expected(String who, S3ShardException e) {
    if (e instanceof Damaged || e instanceof ObjectMissing) {
      throw new AssertionError(who + ": " + e.getMessage(), e);
    }
    coverage.count(who + ": " + e.getClass().getSimpleName());
    simulation.note(who + " met", e.getClass().getSimpleName() + ": " + e.getMessage(), 0);
  }
}
