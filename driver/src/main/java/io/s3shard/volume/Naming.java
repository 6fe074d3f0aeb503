package io.s3shard.volume;

import io.s3shard.error.StoreUnavailable;
import io.s3shard.error.VolumeExists;
import io.s3shard.error.VolumeMissing;
import io.s3shard.execution.Execution;
import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.log.VolumeLog;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Gives names to volumes, so that of several who want the same name at most one gets it.
 *
 * <p>The entry decides ({@link NameIndex}): once the newest one of a name means a volume that is
 * half-made or called so, nobody else gets the name. A volume that is being renamed is not called
 * so yet, and its entry counts as stale. So both sides look after they wrote: whoever took the
 * place of a stale entry looks, before its own volume gets the name, for another volume that has it
 * ({@link #refuseTwin}); whoever gave its volume the name looks whether the entry is still its own
 * ({@link #isConfirmed}). At least one of two sees the other.
 */
final class Naming {
  private static final int CLAIM_TRIES = 4;

  private final ObjectStore store;
  private final Execution execution;
  private final NameIndex index;

  Naming(ObjectStore store, Execution execution) {
    this.store = store;
    this.execution = execution;
    this.index = new NameIndex(store);
  }

  NameIndex index() {
    return index;
  }

  /** The volume that is called {@code name}. Stale entries and half-made volumes are none. */
  Optional<Volume> find(String name) {
    return called(name, index.first(name)).or(() -> called(name, index.later(name)));
  }

  private Optional<Volume> called(String name, Optional<VolumeId> entry) {
    return entry.flatMap(this::load).filter(volume -> volume.isCalled(name));
  }

  /**
   * The volume that the name means, most likely: by one request, and without looking whether it is
   * called so.
   */
  Optional<VolumeId> guess(String name) {
    return index.first(name).or(() -> index.later(name));
  }

  /** Empty: its log is empty, or it was given up before it was made. */
  Optional<Volume> load(VolumeId id) {
    try {
      return Optional.of(new Volume(id, new VolumeLog(id, store, execution).load()));
    } catch (VolumeMissing halfMade) {
      return Optional.empty();
    }
  }

  /**
   * Makes the entry of {@code name} mean {@code id}, replacing a stale one. Returns what it means:
   * {@code id}, or a half-made volume whose creator got no further and which the caller may
   * complete.
   *
   * @throws VolumeExists if a volume has this name
   */
  VolumeId claim(String name, VolumeId id) {
    boolean replaced = false;
    for (int i = 0; i < CLAIM_TRIES; i++) {
      if (index.claim(name, id)) {
        if (replaced) {
          refuseTwin(name, id);
        }
        return id;
      }
      Optional<VolumeId> other = index.read(name);
      if (other.isEmpty()) {
        continue;
      }
      Optional<Volume> volume = load(other.get());
      if (volume.isEmpty()) {
        if (isEmptyLog(other.get())) {
          return other.get();
        }
        // made or given up between the two looks
        volume = load(other.get());
      }
      if (volume.filter(v -> v.isCalled(name)).isPresent()) {
        throw exists(name);
      }
      index.free(name, other.get());
      replaced = true;
    }
    throw new StoreUnavailable(
        "the name \"" + name + "\" is being taken by others at this moment: try again");
  }

  /** Whether the entry still means this volume, after it got the name. */
  boolean isConfirmed(String name, VolumeId id) {
    return index.means(name, id);
  }

  static VolumeExists exists(String name) {
    return new VolumeExists(
        "a volume \"" + name + "\" exists: choose another name, or remove it with 's3shard rm'");
  }

  private boolean isEmptyLog(VolumeId id) {
    return store.list(Layout.logFolder(id), null, 1, Purpose.MAP).isEmpty();
  }

  private void refuseTwin(String name, VolumeId id) {
    List<VolumeId> others = allIds().stream().filter(other -> !other.equals(id)).toList();
    var found = new Bounded(execution).map("look for " + name, others, this::load);
    if (found.stream().flatMap(Optional::stream).anyMatch(volume -> volume.isCalled(name))) {
      index.free(name, id);
      throw exists(name);
    }
  }

  /**
   * The ids of all volumes, also of retired ones, by one LIST each: below a prefix a LIST can only
   * go on behind a key.
   */
  List<VolumeId> allIds() {
    List<VolumeId> ids = new ArrayList<>();
    String after = Layout.VOLUMES;
    while (true) {
      var next = store.list(Layout.VOLUMES, after, 1, Purpose.MAP);
      if (next.isEmpty()) {
        return ids;
      }
      String id = next.getFirst().key().value().substring(Layout.VOLUMES.length()).split("/", 2)[0];
      if (VolumeId.isValid(id)) {
        ids.add(new VolumeId(id));
      }
      // '0' is the character after '/'
      after = Layout.VOLUMES + id + "0";
    }
  }
}
