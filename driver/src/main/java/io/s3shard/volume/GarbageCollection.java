package io.s3shard.volume;

import io.s3shard.error.Damaged;
import io.s3shard.error.S3ShardException;
import io.s3shard.format.VolumeId;
import io.s3shard.image.Sweep;
import io.s3shard.image.Swept;
import io.s3shard.log.LivePin;
import io.s3shard.log.VolumeState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Gives back all room of a prefix that nobody needs: what was left by those who died halfway, and
 * what deleted volumes still have. Any number may run, beside everything else; one that is cut off
 * is run again.
 */
public final class GarbageCollection {
  /** A clone that was not finished by then never will be. Taking it back is safe at any time. */
  private static final Duration HALF_MADE = Duration.ofHours(1);

  /** An export that takes longer fails. */
  private static final Duration LONGEST_EXPORT = Duration.ofDays(7);

  private final Volumes volumes;
  private final Deletions deletions;
  private final LogPinning pinning;
  private final GroupSnapshots groups;
  private final boolean dryRun;

  /** {@code dryRun}: only tell. */
  public GarbageCollection(Volumes volumes, boolean dryRun) {
    this.volumes = volumes;
    this.deletions = new Deletions(volumes);
    this.pinning = new LogPinning(volumes);
    this.groups = new GroupSnapshots(new Snapshots(volumes));
    this.dryRun = dryRun;
  }

  /**
   * What became of one volume.
   *
   * @param pinsRemoved pins of clones that were never made, or are gone, and of exports that died
   * @param problem why nothing of it was deleted; empty: nothing was wrong
   */
  public record Collected(
      VolumeId id, String name, boolean retired, Swept swept, int pinsRemoved, String problem) {
    static Collected of(Volume volume, Swept swept, int pinsRemoved) {
      return new Collected(
          volume.id(), volume.name(), volume.state().retired(), swept, pinsRemoved, "");
    }

    static Collected failed(Volume volume, String problem) {
      return new Collected(
          volume.id(), volume.name(), volume.state().retired(), Swept.NOTHING, 0, problem);
    }

    static Collected unreadable(VolumeId id, String problem) {
      return new Collected(id, id.value(), false, Swept.NOTHING, 0, problem);
    }

    Collected plus(Collected later) {
      return new Collected(
          id,
          name,
          later.retired,
          swept.plus(later.swept),
          pinsRemoved + later.pinsRemoved,
          problem.isEmpty() ? later.problem : problem);
    }
  }

  /**
   * Goes through all volumes, deleted ones too; {@code told} hears of each as it is done. First all
   * stale pins go, since each may free what another volume has.
   */
  public List<Collected> run(Consumer<Collected> told) {
    List<VolumeId> ids = volumes.naming().allIds();
    Map<VolumeId, Collected> unpinned = new HashMap<>();
    List<Collected> all = new ArrayList<>();
    for (VolumeId id : ids) {
      try {
        volumes.find(id).ifPresent(volume -> unpinned.put(id, attempt(volume, this::unpin)));
      } catch (Damaged unreadable) {
        Collected failed = Collected.unreadable(id, String.valueOf(unreadable.getMessage()));
        all.add(failed);
        told.accept(failed);
      }
    }
    for (VolumeId id : unpinned.keySet().stream().sorted().toList()) {
      Collected before = Objects.requireNonNull(unpinned.get(id));
      Optional<Volume> volume = volumes.find(id);
      if (volume.isPresent()) {
        Collected collected = before.plus(attempt(volume.get(), this::sweep));
        all.add(collected);
        told.accept(collected);
      }
    }
    return all;
  }

  private interface Step {
    Collected take(Volume volume);
  }

  /** One volume that is damaged does not keep the others from being done. */
  private static Collected attempt(Volume volume, Step step) {
    try {
      return step.take(volume);
    } catch (S3ShardException e) {
      return Collected.failed(volume, String.valueOf(e.getMessage()));
    }
  }

  private Collected unpin(Volume volume) {
    return Collected.of(volume, Swept.NOTHING, removeStalePins(volume));
  }

  private Collected sweep(Volume volume) {
    Swept swept =
        dryRun
            ? new Sweep(volume.id(), volumes.store(), volumes.execution()).dryRun()
            : deletions.reap(volume.id());
    return Collected.of(volume, swept, 0);
  }

  private int removeStalePins(Volume volume) {
    int removed = 0;
    for (LivePin pin : volumes.pins(volume)) {
      if (isStale(volume, pin)) {
        removed++;
        if (!dryRun) {
          pinning.unpin(volume.id(), pin.slot());
        }
      }
    }
    return removed;
  }

  private boolean isStale(Volume source, LivePin pin) {
    return switch (PinPurpose.of(pin.purpose())) {
      case PinPurpose.OfClone clone -> isOfNoClone(source, pin, clone.volume());
      case PinPurpose.OfExport _ -> isOlder(pin, LONGEST_EXPORT);
      case PinPurpose.OfSnapshot _,
          PinPurpose.OfGroup _,
          PinPurpose.OfSchedule _,
          PinPurpose.Unknown _ ->
          false;
      case PinPurpose.OfUnfinishedGroup group -> isOlder(pin, HALF_MADE) && settled(source, group);
      case PinPurpose.OfGroupOutcome _ -> isOlder(pin, HALF_MADE);
    };
  }

  /**
   * Whether the clone that the pin is for was made otherwise or not at all. Before it is taken
   * away, slot 1 of the clone is won, so that nobody can make it any more.
   */
  private boolean isOfNoClone(Volume source, LivePin pin, VolumeId clone) {
    Optional<Volume> made = volumes.find(clone);
    if (made.isPresent()) {
      VolumeState state = made.get().state();
      boolean needsIt =
          state
              .source()
              .filter(of -> of.volume().equals(source.id()) && of.pin() == pin.slot())
              .isPresent();
      // of one that is deleted and free, reaping takes the pin away
      return !needsIt;
    }
    if (!isOlder(pin, HALF_MADE)) {
      return false;
    }
    return dryRun || new Abandoning(volumes).giveUp(clone);
  }

  /** A group snapshot that is there as a whole stays; otherwise what there is of it goes. */
  private boolean settled(Volume first, PinPurpose.OfUnfinishedGroup group) {
    if (!dryRun) {
      groups.settle(group, first.id(), volumes.naming().allIds());
    }
    return true;
  }

  private boolean isOlder(LivePin pin, Duration age) {
    Instant created = Instant.ofEpochMilli(pin.createdUnixMillis());
    return created.isBefore(volumes.execution().now().minus(age));
  }
}
