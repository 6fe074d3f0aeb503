package io.s3shard.volume;

import io.s3shard.error.VolumeBusy;
import io.s3shard.error.VolumeMissing;
import io.s3shard.format.VolumeId;
import io.s3shard.log.Appended;
import io.s3shard.log.CloneSource;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeState;
import java.util.List;
import java.util.Optional;

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
   * @throws VolumeBusy naming the holder, if it is open
   */
  public Volume retire(String name) {
    Volume volume = volumes.get(name);
    refuseOpen(volume.name(), volume.state());
    Volume retired = retire(volume.id(), "rm");
    if (retired.state().pins().count() > 0) {
      // nobody reaps it today: its name is free for others at once
      volumes.naming().index().remove(name, volume.id());
    }
    return retired;
  }

  /**
   * Deletes a volume and gives its room back, as far as nobody needs it. @throws as {@link #retire}
   */
  public Reaper.Reaped delete(String name) {
    return reap(retire(name).id());
  }

  /** Takes back a volume that was made for nothing, whatever became of its name. */
  void undo(VolumeId id, String reason) {
    retire(id, reason);
    reap(id);
  }

  private Volume retire(VolumeId id, String reason) {
    Appended appended =
        volumes
            .log(id)
            .append(
                state -> {
                  refuseOpen(state.name(), state);
                  return new LogRecord.Retire(reason);
                },
                (state, _) -> state.retired());
    return new Volume(id, appended.log().state());
  }

  /**
   * @throws VolumeBusy naming the holder, if it is open
   */
  public void refuseOpen(Volume volume) {
    refuseOpen(volume.name(), volume.state());
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
   * Gives back the room of a retired volume, if no snapshot and no clone needs it; then that of the
   * volume that it was cloned from, if that was deleted and is free now, and so on. Frees their
   * names. Can be cut off anywhere and done again.
   */
  public Reaper.Reaped reap(VolumeId id) {
    Reaper.Reaped reaped = Reaper.Reaped.NOTHING;
    Optional<VolumeId> next = Optional.of(id);
    while (next.isPresent()) {
      Optional<Volume> volume = volumes.find(next.get()).filter(Deletions::isFree);
      if (volume.isPresent()) {
        reaped = reaped.plus(new Reaper(volumes.store(), volumes.execution()).reap(next.get()));
        volumes.naming().index().remove(volume.get().name(), next.get());
      }
      next = volume.flatMap(v -> v.state().source()).map(this::unpinned);
    }
    return reaped;
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
