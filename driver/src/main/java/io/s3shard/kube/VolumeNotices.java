package io.s3shard.kube;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes notices of what is seen of the volumes, look by look: at once when something is wrong, and
 * again while it stays so, but of one volume for one reason not more often than every ten minutes.
 * Remembers as much as there are open volumes. Not thread-safe.
 */
public final class VolumeNotices {
  /** What is over sooner is nothing that anybody can act on. */
  static final Duration OUTAGE = Duration.ofSeconds(10);

  /** Between two notices of the same. */
  static final Duration PAUSE = Duration.ofMinutes(10);

  private final Map<String, Told> volumes = new HashMap<>();

  /** What was said of a volume, and when. */
  private static final class Told {
    private final Map<Reason, Long> nanos = new EnumMap<>(Reason.class);

    /** Whether an outage was told of, and not its end. */
    private boolean away;

    /** The end of an outage always is: there is one for each that was told of. */
    boolean isDue(Reason reason, long now) {
      @Nullable Long last = nanos.get(reason);
      return reason == Reason.BucketRecovered || last == null || now - last >= PAUSE.toNanos();
    }

    void of(Reason reason, long now) {
      nanos.put(reason, now);
      away = reason == Reason.BucketUnavailable;
    }
  }

  /** What to say after this look at all open volumes, taken at {@code nanos}. */
  public List<Notice> after(List<VolumeCondition> seen, long nanos) {
    volumes.keySet().retainAll(seen.stream().map(VolumeCondition::handle).toList());
    List<Notice> notices = new ArrayList<>();
    for (VolumeCondition volume : seen) {
      Told told = volumes.computeIfAbsent(volume.handle(), _ -> new Told());
      broken(volume)
          .or(() -> outage(volume, told))
          .filter(notice -> told.isDue(notice.reason(), nanos))
          .ifPresent(notice -> {
            told.of(notice.reason(), nanos);
            notices.add(notice);
          });
    }
    return notices;
  }

  private static Optional<Notice> broken(VolumeCondition volume) {
    @Nullable Reason reason =
        switch (volume.health()) {
          case GOOD -> null;
          case FENCED -> Reason.VolumeFenced;
          case POISONED -> Reason.VolumePoisoned;
          case LOST -> Reason.VolumeLost;
        };
    return Optional.ofNullable(reason).map(known -> notice(known, volume));
  }

  private static Optional<Notice> outage(VolumeCondition volume, Told told) {
    if (volume.away().compareTo(OUTAGE) >= 0) {
      return Optional.of(notice(Reason.BucketUnavailable, volume));
    }
    return told.away && volume.away().isZero()
        ? Optional.of(notice(Reason.BucketRecovered, volume))
        : Optional.empty();
  }

  private static Notice notice(Reason reason, VolumeCondition volume) {
    String text =
        switch (reason) {
          case BucketUnavailable ->
              volume.place()
                  + " does not answer: writes and syncs of this volume wait, nothing is lost. Look after the"
                  + " server, the network and the credentials";
          case BucketRecovered -> volume.place() + " answers again: what waited goes on";
          case VolumeFenced ->
              "the volume was detached from this node or opened elsewhere: what this pod had not synced is gone,"
                  + " everything it does with the volume fails. Delete the pod";
          case VolumePoisoned ->
              "a sync of the volume failed, so it takes no more writes on this node. Delete the pod: its successor"
                  + " gets what was synced";
          case VolumeLost ->
              "the daemon of this node died and its successor could not go on with the volume: the pod gets I/O"
                  + " errors. Delete the pod: its successor gets what was synced";
        };
    String problem = volume.problem().isEmpty() ? "" : " (" + volume.problem() + ")";
    return new Notice(reason, volume.handle(), "volume " + volume.handle() + ": " + text + problem);
  }
}
