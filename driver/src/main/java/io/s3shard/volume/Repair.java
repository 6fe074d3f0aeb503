package io.s3shard.volume;

import io.s3shard.error.Damaged;
import io.s3shard.error.VolumeExists;
import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.image.Swept;
import io.s3shard.store.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Mends what can be mended without data: names that were lost are entered again; half-made clones
 * are given up, stale pins removed and orphans deleted by a {@link GarbageCollection}. What is not
 * mended is told. Can be cut off, and run beside everything else.
 */
public final class Repair {
  private final Volumes volumes;
  private final boolean dryRun;

  /** {@code dryRun}: only tell. */
  public Repair(Volumes volumes, boolean dryRun) {
    this.volumes = volumes;
    this.dryRun = dryRun;
  }

  /**
   * One thing that was wrong.
   *
   * @param mended whether it is right now, or would be
   */
  public record Mend(String volume, VolumeId id, String what, boolean mended) {}

  public List<Mend> run() {
    List<Mend> all = new ArrayList<>();
    for (VolumeId id : volumes.naming().allIds()) {
      try {
        look(id).ifPresent(all::add);
      } catch (Damaged unreadable) {
        // the collection below tells of it
        continue;
      }
    }
    // names first: gc tells of volumes by their names
    for (GarbageCollection.Collected one : new GarbageCollection(volumes, dryRun).run(_ -> {})) {
      collected(one).ifPresent(all::add);
    }
    return all;
  }

  private Optional<Mend> look(VolumeId id) {
    Optional<Volume> volume = volumes.find(id);
    if (volume.isEmpty()) {
      return lostLog(id);
    }
    boolean alive = !volume.get().state().retired();
    return alive ? lostName(volume.get()) : Optional.empty();
  }

  /** An object that is not a log record was uploaded by an owner: there was a log. */
  private Optional<Mend> lostLog(VolumeId id) {
    boolean data =
        !volumes.store().list(Layout.dataFolder(id), null, 1, Purpose.BACKGROUND).isEmpty();
    return data
        ? Optional.of(
            new Mend(
                id.value(),
                id,
                "its log is lost and its data remains: bring volumes/"
                    + id
                    + "/log back from a copy of the bucket",
                false))
        : Optional.empty();
  }

  private Optional<Mend> lostName(Volume volume) {
    String name = volume.name();
    if (volumes.naming().index().means(name, volume.id())) {
      return Optional.empty();
    }
    Optional<Volume> other = volumes.find(name);
    if (other.isPresent()) {
      return other.get().id().equals(volume.id())
          ? Optional.empty()
          : Optional.of(
              new Mend(
                  name,
                  volume.id(),
                  "volume " + other.get().id() + " has its name, too: rename that one for a while",
                  false));
    }
    return Optional.of(enter(volume));
  }

  private Mend enter(Volume volume) {
    if (!dryRun) {
      try {
        VolumeId id = volumes.naming().claim(volume.name(), volume.id());
        if (!id.equals(volume.id())) {
          return new Mend(
              volume.name(), volume.id(), "its name was lost, and is being taken by others", false);
        }
      } catch (VolumeExists taken) {
        return new Mend(
            volume.name(), volume.id(), "its name was lost, and others have it now", false);
      }
    }
    return new Mend(volume.name(), volume.id(), "its name was lost", true);
  }

  private static Optional<Mend> collected(GarbageCollection.Collected one) {
    if (!one.problem().isEmpty()) {
      return Optional.of(new Mend(one.name(), one.id(), one.problem(), false));
    }
    if (one.swept().equals(Swept.NOTHING) && one.pinsRemoved() == 0) {
      return Optional.empty();
    }
    String what =
        one.swept().objects()
            + " objects that nobody needs, "
            + one.swept().bytes()
            + " bytes; "
            + one.pinsRemoved()
            + " stale pins";
    return Optional.of(new Mend(one.name(), one.id(), what, one.swept().refused() == 0));
  }
}
