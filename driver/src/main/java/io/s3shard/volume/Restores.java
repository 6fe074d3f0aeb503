package io.s3shard.volume;

import io.s3shard.error.VolumeBusy;
import io.s3shard.error.VolumeMissing;
import io.s3shard.format.Layout;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Puts a snapshot in the place of its volume: a clone of it takes over the volume's name, and the
 * volume gets another. Names change one after the other; whoever is cut off in between runs it
 * again, and it goes on.
 */
public final class Restores {
  /** Of a clone that waits for a name: which. */
  private static final String WAITS_FOR = "restore.for";

  private static final String WAITING = "restore-";

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss").withZone(ZoneOffset.UTC);

  private final Snapshots snapshots;
  private final Volumes volumes;
  private final Deletions deletions;

  public Restores(Snapshots snapshots) {
    this.snapshots = snapshots;
    this.volumes = snapshots.volumes();
    this.deletions = new Deletions(volumes);
  }

  /**
   * The volume that has the name now. {@code before}: the one that had it, under its new name;
   * empty: that was told by the call that was cut off.
   */
  public record Restored(Volume volume, Optional<Volume> before) {}

  /**
   * What a restore would do.
   *
   * @param snapshot what the volume would show; empty: a restore that was cut off would be finished
   * @param keptAs what the state before would be called; empty: it has its new name already
   */
  public record Plan(Optional<Snapshot> snapshot, Optional<String> keptAs) {}

  /**
   * Looks whether {@link #restore} can be done, and does nothing.
   *
   * @throws io.s3shard.error.VolumeBusy if it is open
   * @throws io.s3shard.error.VolumeExists if the other name is taken
   * @throws VolumeMissing if there is no such volume or snapshot
   */
  public Plan plan(String name, String snapshot, Optional<String> keepAs) {
    Optional<Volume> volume = volumes.find(name);
    if (volume.isEmpty()) {
      prepared(name, snapshot);
      return new Plan(Optional.empty(), Optional.empty());
    }
    String kept = keptAs(name, keepAs);
    deletions.refuseOpen(volume.get());
    if (volumes.find(kept).isPresent()) {
      throw Naming.exists(kept);
    }
    return new Plan(Optional.of(snapshots.get(volume.get(), snapshot)), Optional.of(kept));
  }

  /**
   * Restores the volume that is called {@code name}. It must not be open. Its snapshots stay with
   * the state before.
   *
   * @param keepAs what the state before is called from now on; empty: a name with the time in it
   * @throws io.s3shard.error.VolumeBusy if it is open
   * @throws VolumeMissing if there is no such volume or snapshot
   */
  public Restored restore(String name, String snapshot, Optional<String> keepAs) {
    Optional<Volume> volume = volumes.find(name);
    List<Volume> waiting = waitingFor(name);
    if (volume.isEmpty()) {
      return new Restored(takeName(prepared(name, snapshot), name), Optional.empty());
    }
    String kept = keptAs(name, keepAs);
    deletions.refuseOpen(volume.get());
    Snapshot wanted = snapshots.get(volume.get(), snapshot);
    waiting.forEach(left -> deletions.delete(left.name()));
    Volume prepared = new Clones(snapshots).of(wanted, clone(volume.get()));
    Volume before = volumes.rename(name, kept);
    return new Restored(takeName(prepared, name), Optional.of(before));
  }

  /**
   * The clone of a restore that was cut off, or that goes on at this moment. Another's of another
   * snapshot is not taken for ours.
   */
  private Volume prepared(String name, String snapshot) {
    List<Volume> waiting = waitingFor(name);
    if (waiting.isEmpty()) {
      throw volumes.missing(name);
    }
    return waiting.stream()
        .filter(clone -> isOf(clone, snapshot))
        .findFirst()
        .orElseThrow(() ->
            new VolumeBusy(
                "a restore of \""
                    + name
                    + "\" to another snapshot was cut off, or goes on at this moment: restore to that"
                    + " one first, or give \""
                    + waiting.getFirst().name()
                    + "\" the name by hand"));
  }

  private boolean isOf(Volume clone, String snapshot) {
    return clone
        .state()
        .source()
        .filter(source ->
            volumes
                .find(source.volume())
                .flatMap(of -> snapshots.find(of, snapshot))
                .filter(found -> found.pin().position() == source.position())
                .isPresent())
        .isPresent();
  }

  private String keptAs(String name, Optional<String> keepAs) {
    String kept =
        keepAs.orElseGet(() -> name + ".before-" + TIME.format(volumes.execution().now()));
    Layout.name(kept);
    return kept;
  }

  /** With everything that is not data as it was, but for the name. */
  private NewClone clone(Volume volume) {
    SortedMap<String, String> attributes = new TreeMap<>(volume.state().attributes());
    attributes.put(WAITS_FOR, volume.name());
    String name = WAITING + HexFormat.of().formatHex(volumes.execution().randomBytes(8));
    return new NewClone(name, 0, volume.state().requiresAttach(), attributes);
  }

  private Volume takeName(Volume prepared, String name) {
    Volume renamed = volumes.rename(prepared.name(), name);
    SortedMap<String, String> done = new TreeMap<>();
    done.put(WAITS_FOR, "");
    return volumes.setAttributes(renamed.id(), done);
  }

  private List<Volume> waitingFor(String name) {
    return volumes.naming().index().names().stream()
        .filter(candidate -> candidate.startsWith(WAITING))
        .flatMap(candidate -> volumes.find(candidate).stream())
        .filter(volume -> name.equals(volume.state().attributes().get(WAITS_FOR)))
        .toList();
  }
}
