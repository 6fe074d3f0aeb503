package io.s3shard.sim;

import io.s3shard.error.S3ShardException;
import io.s3shard.format.Blocks;
import io.s3shard.format.VolumeId;
import io.s3shard.image.CutBounds;
import io.s3shard.image.ImageOptions;
import io.s3shard.image.UpkeepOptions;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.store.Body;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import io.s3shard.store.StoreSettings;
import io.s3shard.testing.ForwardingStore;
import io.s3shard.testing.Mutation;
import io.s3shard.testing.NoWaiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What all actors of an {@link ImageSimulation} share: the bucket, the volumes with their models,
 * and how things are set.
 */
final class ImageWorld {
  /** The smallest that the format allows. */
  static final int CHUNK_BYTES = 256 << 10;

  /** A volume. {@code current}: of whoever opened it last and was found to show what it must. */
  static final class Volume {
    final LogWitness witness;
    Ledger current;

    /** Sessions that have neither closed nor crashed; some may have lost the volume. */
    final Set<Session> sessions = new LinkedHashSet<>();

    private Volume(LogWitness witness, Ledger current) {
      this.witness = witness;
      this.current = current;
    }

    VolumeId id() {
      return witness.volume();
    }
  }

  final Simulation simulation;
  final SimBucket bucket;
  final Coverage coverage = new Coverage();
  final Mutation mutation;
  final List<Volume> volumes = new ArrayList<>();
  final ImageOptions options;
  final StoreSettings storeSettings;
  final int segmentBytes;
  final int poolSegments;
  final int diskSegments;
  final long cacheBytes;
  final long maxSizeBytes;
  final double crashInArena;
  private long events;
  boolean calm;

  ImageWorld(long seed, Mutation mutation) {
    this.mutation = mutation;
    this.simulation = new Simulation(seed);
    SimRandom dice = simulation.random();
    this.bucket = new SimBucket(simulation, Faults.random(dice));
    this.options = options(dice);
    Optional<Duration> deadline =
        dice.chance(0.15)
            ? Optional.of(dice.between(Duration.ofSeconds(2), Duration.ofSeconds(30)))
            : Optional.empty();
    this.storeSettings = new StoreSettings(dice.oneOf(List.of(4, 16, 128)), deadline);
    this.segmentBytes = dice.oneOf(List.of(8, 16, 64)) << 10;
    this.poolSegments = (int) dice.between(8, dice.chance(0.3) ? 60 : 24);
    this.diskSegments = (int) dice.between(16, 60);
    this.cacheBytes = dice.oneOf(List.of(0L, 64L << 10, 256L << 10));
    this.maxSizeBytes = dice.between(64 << 10, 5 * CHUNK_BYTES);
    bucket.watchPuts(new ObjectsMet(coverage, CHUNK_BYTES / Blocks.SIZE)::stored);
    this.crashInArena = dice.oneOf(List.of(0.0, 0.0003, 0.002));
    int count = dice.chance(0.3) ? 2 : 1;
    for (int i = 0; i < count; i++) {
      volumes.add(create(dice));
    }
  }

  private static ImageOptions options(SimRandom dice) {
    return new ImageOptions(
        dice.between(Duration.ofMillis(200), Duration.ofSeconds(5)),
        dice.oneOf(List.of(0, 16, 64, 192)) << 10,
        dice.oneOf(List.of(32, 128, 1024)) << 10,
        (int) dice.between(2, 20),
        dice.oneOf(List.of(64L, 512L, 4096L)) << 10,
        (int) dice.between(1, 16),
        dice.oneOf(List.of(2, 8, 4096)),
        dice.oneOf(List.of(64L, 1024L)) << 10,
        dice.chance(0.2)
            ? dice.between(Duration.ofMillis(10), Duration.ofSeconds(2))
            : Duration.ZERO,
        (int) dice.between(10, 400),
        upkeep(dice),
        dice.chance(0.25)
            ? new CutBounds((int) dice.between(1, 20), (int) dice.between(1, 100))
            : CutBounds.STANDARD);
  }

  private static UpkeepOptions upkeep(SimRandom dice) {
    return new UpkeepOptions(
        dice.between(Duration.ZERO, Duration.ofSeconds(3)),
        dice.oneOf(List.of(1L, 10L, 1000L)) << 20,
        dice.oneOf(List.of(0L, 64L, 4096L)) << 10,
        dice.oneOf(List.of(64L, 512L, 4096L)) << 10,
        dice.oneOf(List.of(0L, 64L, 256L)) << 10);
  }

  private Volume create(SimRandom dice) {
    VolumeId id = VolumeId.of(dice.bytes(16));
    LogWitness witness = new LogWitness(id, bucket, coverage);
    ForwardingStore direct =
        new ForwardingStore(bucket.objects()) {
          @Override
          public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
            return bucket.putIfAbsent(key, body, purpose);
          }
        };
    int size = (int) dice.between(0, maxSizeBytes);
    LogRecord.Create create =
        new LogRecord.Create(
            CHUNK_BYTES,
            size,
            "image-" + volumes.size(),
            false,
            Optional.empty(),
            new TreeMap<>(),
            new TreeSet<>(),
            0,
            false);
    new VolumeLog(id, direct, new NoWaiting()).create(create);
    return new Volume(
        witness, new Ledger("its creation", 1, new byte[size], List.of(), this::event));
  }

  /** A number that only rises: what has happened before what. */
  long event() {
    return ++events;
  }

  /** What went wrong as it must now and then. */
  void expected(String who, S3ShardException e) {
    coverage.count(who + ": " + e.getClass().getSimpleName());
    simulation.note(who + " met", e.getClass().getSimpleName() + ": " + e.getMessage(), 0);
  }
}
