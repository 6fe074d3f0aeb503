package io.s3shard.sim;

import io.s3shard.error.S3ShardException;
import io.s3shard.format.VolumeId;
import io.s3shard.log.LogCounters;
import io.s3shard.log.VolumeLog;
import io.s3shard.store.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * What all actors of a {@link LogSimulation} share: the bucket, the volumes with their witnesses, a
 * counter of events.
 */
final class LogWorld {
  /**
   * A COMMIT that was acknowledged. {@code issued} and {@code acknowledged}: by the world's
   * counter.
   */
  record Acknowledged(long slot, long stamp, long issued, long acknowledged) {}

  /** One volume, and what was acknowledged on it. */
  static final class Volume {
    final LogWitness witness;
    final List<Acknowledged> acknowledged = new ArrayList<>();

    private Volume(LogWitness witness) {
      this.witness = witness;
    }

    VolumeId id() {
      return witness.volume();
    }
  }

  final Simulation simulation;
  final SimBucket bucket;
  final Coverage coverage = new Coverage();
  final List<Volume> volumes = new ArrayList<>();
  private final List<VolumeLog> logs = new ArrayList<>();
  private final BiFunction<SimBucket, ObjectStore, ObjectStore> spoiling;
  private long events;
  private long stamps;
  boolean calm;

  /** {@code spoiling}: what breaks a rule on purpose, above each process's store. */
  LogWorld(long seed, BiFunction<SimBucket, ObjectStore, ObjectStore> spoiling) {
    this.simulation = new Simulation(seed);
    this.spoiling = spoiling;
    this.bucket = new SimBucket(simulation, Faults.random(simulation.random()));
    for (int i = 0; i < 2; i++) {
      volumes.add(
          new Volume(new LogWitness(VolumeId.of(simulation.random().bytes(16)), bucket, coverage)));
    }
  }

  /** The log of a volume as {@code process} reaches it. */
  VolumeLog log(Volume volume, SimProcess process) {
    VolumeLog log = new VolumeLog(volume.id(), store(process), process.execution());
    logs.add(log);
    return log;
  }

  ObjectStore store(SimProcess process) {
    return new PatientStore(spoiling.apply(bucket, bucket.reachedBy(process)), process.execution());
  }

  /** A number that only rises: what has happened before what. */
  long event() {
    return ++events;
  }

  long nextStamp() {
    return ++stamps;
  }

  /** What went wrong as it must now and then. */
  void expected(String who, S3ShardException e) {
    coverage.count(who + ": " + e.getClass().getSimpleName());
    simulation.note("met", e.getClass().getSimpleName() + ": " + e.getMessage(), 0);
  }

  void collectCounters() {
    for (VolumeLog log : logs) {
      for (LogCounters.Event event : LogCounters.Event.values()) {
        for (long i = 0; i < log.counters().of(event); i++) {
          coverage.count("log: " + event);
        }
      }
    }
  }
}
