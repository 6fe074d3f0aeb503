package io.s3shard.volume;

import io.s3shard.error.VolumeMissing;
import io.s3shard.execution.Execution;
import io.s3shard.format.VolumeId;
import io.s3shard.log.Appended;
import io.s3shard.log.LivePin;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.log.VolumeState;
import io.s3shard.store.ObjectStore;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The snapshots of volumes, for anybody: a snapshot is a PIN in the volume's log, and costs no
 * data. It is the volume's state as its log shows it: what its owner has written and not yet synced
 * is not in it.
 */
public final class Snapshots {
  private final Volumes volumes;
  private final ObjectStore store;
  private final Execution execution;

  public Snapshots(Volumes volumes, ObjectStore store, Execution execution) {
    this.volumes = volumes;
    this.store = store;
    this.execution = execution;
  }

  /** The volumes that they are of. */
  public Volumes volumes() {
    return volumes;
  }

  /**
   * Takes a snapshot of the volume that is called {@code volume}.
   *
   * @throws io.s3shard.error.VolumeExists if it has one of this name
   */
  public Snapshot create(String volume, String name) {
    SnapshotRequest request = SnapshotRequest.of(name, execution.now());
    VolumeId id = volumes.idOf(volume);
    return create(
        id,
        state -> {
          if (!new Volume(id, state).isCalled(volume)) {
            throw volumes.missing(volume);
          }
          return request.record(state);
        });
  }

  /** The same by the volume's id. */
  public Snapshot create(VolumeId id, SnapshotRequest request) {
    return create(id, request::record);
  }

  private Snapshot create(VolumeId id, Function<VolumeState, LogRecord> request) {
    Appended appended = log(id).append(request, (state, slot) -> state.pins().has(slot));
    return at(id, appended);
  }

  /** The snapshot whose PIN was appended. */
  public static Snapshot at(VolumeId id, Appended appended) {
    VolumeState state = appended.log().state();
    LivePin pin =
        state.pins().live().stream()
            .filter(live -> live.slot() == appended.slot())
            .findFirst()
            .orElseThrow();
    return new Snapshot(id, state.name(), pin);
  }

  /** The snapshots of a volume, oldest first. */
  public List<Snapshot> of(Volume volume) {
    return volumes.pins(volume).stream()
        .map(pin -> new Snapshot(volume.id(), volume.name(), pin))
        .filter(snapshot -> snapshot.purpose().isSnapshot())
        .toList();
  }

  public Optional<Snapshot> find(Volume volume, String name) {
    return of(volume).stream().filter(snapshot -> snapshot.name().equals(name)).findFirst();
  }

  /**
   * @throws VolumeMissing if there is none
   */
  public Snapshot get(Volume volume, String name) {
    return find(volume, name).orElseThrow(() -> missing(volume.name(), name));
  }

  /**
   * Removes a snapshot. Clones of it are not harmed. What it alone has kept is still there: a sweep
   * takes it away.
   *
   * @throws VolumeMissing if somebody has removed it
   */
  public void remove(Snapshot snapshot) {
    long pin = snapshot.pin().slot();
    log(snapshot.volume())
        .append(
            state -> {
              if (!state.pins().has(pin)) {
                throw missing(state.name(), snapshot.name());
              }
              return new LogRecord.Unpin(pin);
            },
            (state, _) -> !state.pins().has(pin));
  }

  private static VolumeMissing missing(String volume, String name) {
    return new VolumeMissing(
        "\""
            + volume
            + "\" has no snapshot \""
            + name
            + "\": 's3shard snapshot ls' lists those that there are");
  }

  private VolumeLog log(VolumeId id) {
    return new VolumeLog(id, store, execution);
  }
}
