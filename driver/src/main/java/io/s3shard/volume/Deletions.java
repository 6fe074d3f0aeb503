package io.s3shard.volume;

import io.s3shard.error.VolumeBusy;
import io.s3shard.error.VolumeMissing;
import io.s3shard.format.VolumeId;
import io.s3shard.image.Sweep;
import io.s3shard.image.Swept;
import io.s3shard.log.Appended;
import io.s3shard.log.CloneSource;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeState;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Deletes volumes, and gives back the room of those that nobody needs any more. A volume that is
 * deleted keeps what its snapshots and clones need, until the last of them is gone.
 */
public final class Deletions {
  private final Volumes volumes;
  private final LogPinning pinning;

  public Deletions(Volumes volumes) {
    this.volumes = volumes;
    this.pinning = new LogPinning(volumes);
  }

  /**
   * Deletes a volume: from now on nobody can open it. Its data is still there: {@link #reap}.
   *
   * @throws VolumeBusy naming the holder, if it is open or attached
   */
  public Volume retire(String name) {
    Volume volume = volumes.get(name);
    refuseOpen(volume.name(), volume.state());
    return retire(
        volume.id(),
        "rm",
        state -> {
          if (!state.name().equals(volume.name())) {
            throw volumes.missing(name);
          }
        });
  }

  /** Of one that is needed by others nobody reaps today: its name is free for others at once. */
  private void freeName(Volume retired) {
    if (retired.state().pins().count() > 0) {
      volumes.naming().index().free(retired.name(), retired.id());
    }
  }

  /**
   * Deletes a volume and gives its room back, as far as nobody needs it. @throws as {@link #retire}
   */
  public Swept delete(String name) {
    return reap(retire(name).id());
  }

  /** The same by its id. @throws as {@link #retire(String)} */
  public Volume retire(VolumeId id, String reason) {
    return retire(id, reason, _ -> {});
  }

  /** {@code check}: throws if the volume is not what was meant any more. */
  private Volume retire(VolumeId id, String reason, Consumer<VolumeState> check) {
    Appended appended =
        volumes
            .log(id)
            .append(
                state -> {
                  check.accept(state);
                  refuseOpen(state.name(), state);
                  refuseAttached(state);
                  return new LogRecord.Retire(reason);
                },
                (state, _) -> state.retired());
    Volume retired = new Volume(id, appended.log());
    freeName(retired);
    return retired;
  }

  /**
   * @throws VolumeBusy naming the holder, if it is open
   */
  public void refuseOpen(Volume volume) {
    refuseOpen(volume.name(), volume.state());
  }

  private static void refuseAttached(VolumeState state) {
    if (!state.attachments().isEmpty()) {
      throw new VolumeBusy(
          "\""
              + state.name()
              + "\" is attached to node "
              + String.join(", ", state.attachments().keySet())
              + ": let the pods that use it end, so that it is detached");
    }
  }

  private void refuseOpen(String name, VolumeState state) {
    state
        .owner()
        .ifPresent(owner -> {
          throw new VolumeBusy(
              "\""
                  + name
                  + "\" is open "
                  + Holders.describe(owner)
                  + ": unmount it there, or fence it with"
                  + " 's3shard detach --force "
                  + volumes.location()
                  + " "
                  + name
                  + "'");
        });
  }

  /**
   * @throws VolumeBusy naming them, if there are snapshots or clones of it
   */
  public void refuseNeeded(Volume volume) {
    List<String> needed = new Dependents(volumes).of(volume);
    if (!needed.isEmpty()) {
      String shown = String.join(", ", needed.subList(0, Math.min(5, needed.size())));
      throw new VolumeBusy(
          "\""
              + volume.name()
              + "\" is needed by "
              + needed.size()
              + (needed.size() == 1 ? ": " : " others: ")
              + shown
              + (needed.size() > 5 ? ", …" : "")
              + ": remove these first");
    }
  }

  /**
   * A volume of this name that was deleted but not wholly reaped, so that its reaping can go on.
   */
  public Optional<Volume> findRetired(String name) {
    return volumes
        .naming()
        .index()
        .read(name)
        .flatMap(volumes::find)
        .filter(v -> v.state().retired() && v.name().equals(name));
  }

  /**
   * Gives back what no state of a volume and no pin needs. Of one that was deleted and that nobody
   * needs that is everything but its control records; then its name is free, and the same is done
   * for the volume that it was cloned from, and so on. Can be cut off anywhere and done again.
   *
   * @throws io.s3shard.error.Damaged if something that is needed is missing; nothing of that volume
   *     is deleted
   */
  public Swept reap(VolumeId id) {
    Swept reaped = Swept.NOTHING;
    Optional<VolumeId> next = Optional.of(id);
    while (next.isPresent()) {
      Optional<Volume> volume = volumes.find(next.get());
      if (volume.isPresent()) {
        reaped = reaped.plus(new Sweep(next.get(), volumes.store(), volumes.execution()).run());
      }
      next = volume.filter(Deletions::isFree).flatMap(this::buried);
    }
    return reaped;
  }

  /** Frees the name; the source, whose pin is taken away. */
  private Optional<VolumeId> buried(Volume volume) {
    volumes.naming().index().free(volume.name(), volume.id());
    return volume.state().source().map(this::unpinned);
  }

  /** Deleted, and needed by nobody: nothing can pin it any more. */
  static boolean isFree(Volume volume) {
    return volume.state().retired() && volume.state().pins().count() == 0;
  }

  private VolumeId unpinned(CloneSource source) {
    try {
      pinning.unpin(source.volume(), source.pin());
    } catch (VolumeMissing purged) {
      // its log is gone, and the pin with it
      return source.volume();
    }
    return source.volume();
  }
}
