package io.s3shard.cli;

import io.s3shard.error.Damaged;
import io.s3shard.format.VolumeId;
import io.s3shard.image.VolumeCheck;
import io.s3shard.image.VolumeChecks;
import io.s3shard.volume.Snapshot;
import io.s3shard.volume.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Checks volumes with their snapshots, and gathers what was found. */
final class CheckedStates {
  private final VolumeChecks checks;
  private final boolean terminal;
  private final List<CheckedState> all = new ArrayList<>();

  CheckedStates(VolumeChecks checks, boolean terminal) {
    this.checks = checks;
    this.terminal = terminal;
  }

  List<CheckedState> all() {
    return all;
  }

  /** Of one that is deleted only its snapshots are left. */
  void check(Volume volume, List<Snapshot> snapshots) {
    if (!volume.state().retired()) {
      long size = volume.state().sizeBytes();
      check(volume.name(), volume.id(), size, () -> checks.present(volume.id()));
    }
    for (Snapshot snapshot : snapshots) {
      check(
          snapshot.path(),
          volume.id(),
          snapshot.sizeBytes(),
          () -> checks.pinned(volume.id(), snapshot.pin()));
    }
  }

  private void check(String name, VolumeId id, long sizeBytes, Supplier<VolumeCheck> begin) {
    try {
      VolumeCheck check = begin.get();
      try (ByteProgress progress = ByteProgress.of(name, check.sizeBytes(), terminal)) {
        VolumeCheck.Report report = check.run(progress::at);
        if (report.lost().isEmpty() || check.isKept()) {
          all.add(new CheckedState(name, id.value(), report));
        }
      }
    } catch (Damaged e) {
      add(name, id.value(), sizeBytes, e);
    }
  }

  /** Of a volume whose log can't be read. */
  void unreadable(String name, Damaged why) {
    add(name, "", 0, why);
  }

  private void add(String name, String id, long sizeBytes, Damaged why) {
    VolumeCheck.Lost whole = new VolumeCheck.Lost(0, sizeBytes, Failures.message(why));
    all.add(new CheckedState(name, id, new VolumeCheck.Report(sizeBytes, 0, 0, List.of(whole))));
  }
}
