package io.s3shard.volume;

import io.s3shard.error.Damaged;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.VolumeBusy;
import io.s3shard.error.VolumeExists;
import io.s3shard.error.VolumeMissing;
import io.s3shard.execution.Execution;
import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.log.LivePin;
import io.s3shard.log.LoadedLog;
import io.s3shard.log.LogRecord;
import io.s3shard.log.Owner;
import io.s3shard.log.VolumeLog;
import io.s3shard.log.VolumeState;
import io.s3shard.store.ObjectStore;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * The volumes of one prefix, by name: what an administrator does with them. Each change is one
 * record in a volume's log.
 */
public final class Volumes {
  private final ObjectStore store;
  private final Execution execution;
  private final String location;
  private final Naming naming;

  /**
   * {@code location}: {@code s3://bucket/prefix}, for messages. The prefix must be ours ({@link
   * Prefix}).
   */
  public Volumes(ObjectStore store, Execution execution, String location) {
    this.store = store;
    this.execution = execution;
    this.location = location;
    this.naming = new Naming(store, execution);
  }

  /**
   * Makes a volume, or completes one of this name that its creator did not finish.
   *
   * @throws VolumeExists if a volume has the name
   */
  public Volume create(NewVolume wanted) {
    VolumeId id = naming.claim(wanted.name(), VolumeId.of(execution.randomBytes(16)));
    if (!log(id).create(wanted.record(execution.now()))) {
      throw Naming.exists(wanted.name());
    }
    return load(id, wanted.name());
  }

  Naming naming() {
    return naming;
  }

  ObjectStore store() {
    return store;
  }

  Execution execution() {
    return execution;
  }

  /** For names that nobody else chooses. */
  public byte[] randomBytes(int count) {
    return execution.randomBytes(count);
  }

  /** {@code s3://bucket/prefix}, for messages. */
  String location() {
    return location;
  }

  /** All volumes, sorted by name. */
  public List<Volume> list() {
    return find(names()).stream().sorted((a, b) -> a.name().compareTo(b.name())).toList();
  }

  /** The same, but of those that can't be read {@code damaged} is told, by name. */
  public List<Volume> list(BiConsumer<String, Damaged> damaged) {
    List<String> names = names();
    List<Looked> looked = new Bounded(execution).map("list volumes", names, this::look);
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      looked.get(i).damage().ifPresent(damage -> damaged.accept(name, damage));
    }
    return looked.stream()
        .flatMap(one -> one.volume().stream())
        .sorted((a, b) -> a.name().compareTo(b.name()))
        .toList();
  }

  /** A volume, or why it can't be read; neither: a stale name. */
  private record Looked(Optional<Volume> volume, Optional<Damaged> damage) {}

  private Looked look(String name) {
    try {
      return new Looked(find(name), Optional.empty());
    } catch (Damaged damage) {
      return new Looked(Optional.empty(), Optional.of(damage));
    }
  }

  /** All names that there are entries of, stale ones too: a request for each 1,000. */
  public List<String> names() {
    return naming.index().names();
  }

  public Optional<Volume> find(String name) {
    return naming.find(name);
  }

  /** Those of them that there are, in the same order: three requests each. */
  public List<Volume> find(List<String> names) {
    return new Bounded(execution)
        .map("list volumes", names, naming::find).stream().flatMap(Optional::stream).toList();
  }

  /**
   * The volume that the name means, most likely, without looking whether it is called so: one
   * request for most. @throws VolumeMissing if there is no entry
   */
  VolumeId guessId(String name) {
    return naming.guess(name).orElseThrow(() -> missing(name));
  }

  /** Retired ones, too; empty: it was never made. */
  public Optional<Volume> find(VolumeId id) {
    return naming.load(id);
  }

  /**
   * @throws VolumeMissing if there is none
   */
  public Volume get(String name) {
    return find(name).orElseThrow(() -> missing(name));
  }

  /**
   * The volume of this name; or of this id, also one that was deleted: it may have snapshots.
   *
   * @throws VolumeMissing if there is none
   */
  public Volume known(String nameOrId) {
    Optional<Volume> named = Layout.isName(nameOrId) ? find(nameOrId) : Optional.empty();
    return named
        .or(() -> VolumeId.isValid(nameOrId) ? find(new VolumeId(nameOrId)) : Optional.empty())
        .orElseThrow(() -> missing(nameOrId));
  }

  /**
   * All volumes with their pins that were deleted, and whose data is kept for others. Looks at
   * every volume that there ever was; one whose log is damaged is left out, {@code gc} names it.
   */
  public List<Volume> deletedAndNeeded() {
    return new Bounded(execution)
        .map("list deleted volumes", naming.allIds(), this::readable).stream()
            .flatMap(Optional::stream)
            .filter(v -> v.state().retired() && v.state().pins().count() > 0)
            .toList();
  }

  private Optional<Volume> readable(VolumeId id) {
    try {
      return naming.load(id);
    } catch (Damaged unreadable) {
      return Optional.empty();
    }
  }

  /** Its live pins, oldest first. */
  public List<LivePin> pins(Volume volume) {
    if (volume.state().pins().count() == 0) {
      return List.of();
    }
    try {
      return log(volume.id()).pins(volume.state());
    } catch (ObjectMissing superseded) {
      return log(volume.id()).loadWithPins().state().pins().live();
    }
  }

  /** Gives the volume another name. @throws VolumeExists if a volume has it */
  public Volume rename(String from, String to) {
    Volume volume = get(from);
    Layout.name(to);
    if (from.equals(to)) {
      return volume;
    }
    if (!naming.claim(to, volume.id()).equals(volume.id())) {
      throw new VolumeExists(
          "a volume \""
              + to
              + "\" is being made: choose another name, or finish it with 's3shard create'");
    }
    LoadedLog renamed = setName(volume.id(), from, to);
    if (!naming.isConfirmed(to, volume.id())) {
      setName(volume.id(), to, from);
      throw Naming.exists(to);
    }
    naming.index().free(from, volume.id());
    return new Volume(volume.id(), renamed);
  }

  /**
   * Raises the size. The same size again changes nothing. @throws InvalidRequest if it would shrink
   * or is too large
   */
  public Volume resize(String name, long sizeBytes) {
    return resize(get(name), sizeBytes);
  }

  /** The same for one that was looked at. */
  public Volume resize(Volume volume, long sizeBytes) {
    VolumeLimits.checkGrowth(volume.name(), volume.state().sizeBytes(), sizeBytes);
    if (volume.state().sizeBytes() == sizeBytes) {
      return volume;
    }
    var appended =
        log(volume.id())
            .append(
                state -> {
                  VolumeLimits.checkGrowth(state.name(), state.sizeBytes(), sizeBytes);
                  return set(OptionalLong.of(sizeBytes), Optional.empty(), new TreeMap<>());
                },
                (state, slot) -> state.sizeBytes() >= sizeBytes);
    return new Volume(volume.id(), appended.log());
  }

  /** Sets attributes; an empty value removes one. */
  public Volume setAttributes(VolumeId id, SortedMap<String, String> changes) {
    var appended =
        log(id)
            .append(
                state -> set(OptionalLong.empty(), Optional.empty(), changes),
                (state, slot) ->
                    changes.entrySet().stream()
                        .allMatch(e ->
                            state.attributes().getOrDefault(e.getKey(), "").equals(e.getValue())));
    return new Volume(id, appended.log());
  }

  /**
   * Ends the epoch that is open, whoever has it: its holder is fenced, and what it had not synced
   * is lost. Returns who was fenced; empty: nobody had it open.
   */
  public Optional<Owner> detach(String name, String reason) {
    Volume volume = get(name);
    Optional<Owner> owner = volume.state().owner();
    owner.ifPresent(held ->
        log(volume.id())
            .append(
                state -> new LogRecord.Close(stillOpen(name, state, held.epoch()), reason),
                (state, slot) -> state.openEpoch() != held.epoch()));
    return owner;
  }

  private long stillOpen(String name, VolumeState state, long epoch) {
    if (state.openEpoch() != epoch) {
      throw new VolumeBusy(
          "\""
              + name
              + "\" was closed or opened anew meanwhile: look at it with 's3shard info', and try again");
    }
    return epoch;
  }

  private LoadedLog setName(VolumeId id, String from, String to) {
    var rename = Optional.of(new LogRecord.Rename(from, to));
    return log(id)
        .append(
            state -> set(OptionalLong.empty(), rename, new TreeMap<>()),
            (state, slot) -> state.name().equals(to))
        .log();
  }

  private static LogRecord.Set set(
      OptionalLong size, Optional<LogRecord.Rename> rename, SortedMap<String, String> attributes) {
    return new LogRecord.Set(size, rename, attributes, new TreeSet<>());
  }

  private Volume load(VolumeId id, String name) {
    return naming.load(id).orElseThrow(() -> missing(name));
  }

  VolumeMissing missing(String name) {
    return new VolumeMissing(
        "there is no volume \""
            + name
            + "\" in "
            + location
            + ": 's3shard ls "
            + location
            + "' lists them");
  }

  VolumeLog log(VolumeId id) {
    return new VolumeLog(id, store, execution);
  }
}
