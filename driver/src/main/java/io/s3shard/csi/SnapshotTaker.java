package io.s3shard.csi;

import com.google.protobuf.util.Timestamps;
import io.grpc.Status;
import io.s3shard.error.InvalidRequest;
import io.s3shard.error.VolumeExists;
import io.s3shard.error.VolumeMissing;
import io.s3shard.format.VolumeId;
import io.s3shard.proto.csi.v1.Snapshot;
import io.s3shard.proto.v1.SnapshotEntry;
import io.s3shard.proto.v1.StoreLocation;
import io.s3shard.rpc.Refused;
import io.s3shard.volume.Deletions;
import io.s3shard.volume.GroupIndex;
import io.s3shard.volume.NameHash;
import io.s3shard.volume.PinPurpose;
import io.s3shard.volume.SnapshotIndex;
import io.s3shard.volume.Snapshots;
import io.s3shard.volume.Volume;
import io.s3shard.volume.Volumes;
import java.util.Optional;
import java.util.regex.Pattern;

/** Takes snapshots and removes them. A name is of one volume, over all buckets. */
final class SnapshotTaker {
  /** What can stand in a path and in messages as it is. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  private final SnapshotIndex index;
  private final GroupIndex groups;
  private final Stores stores;
  private final Buckets buckets;

  SnapshotTaker(SnapshotIndex index, GroupIndex groups, Stores stores, Buckets buckets) {
    this.index = index;
    this.groups = groups;
    this.stores = stores;
    this.buckets = buckets;
  }

  /**
   * The snapshot of this name: taken now, or before.
   *
   * @throws VolumeMissing if there is no such volume
   * @throws Refused ALREADY_EXISTS if another volume has a snapshot of this name
   */
  Snapshot create(String name, VolumeHandle source, Secrets secrets) {
    return buckets.in(
        stores.require(source),
        secrets.credentials(),
        volumes -> {
          claim(name, source);
          try {
            return taken(volumes, source, pinName(name));
          } catch (VolumeMissing e) {
            index.remove(name, source.toString());
            throw new VolumeMissing("there is no volume " + source, e);
          }
        });
  }

  private static Snapshot taken(Volumes volumes, VolumeHandle source, String name) {
    Snapshots snapshots = new Snapshots(volumes);
    try {
      return shown(source.store(), snapshots.create(source.volume(), name));
    } catch (VolumeExists e) {
      Volume volume = volumes.find(source.volume()).orElseThrow(() -> e);
      return shown(source.store(), snapshots.get(volume, name));
    }
  }

  private void claim(String name, VolumeHandle source) {
    SnapshotEntry entry = index.claim(name, source.toString());
    if (isOf(entry, source)) {
      return;
    }
    if (isStale(entry)) {
      index.remove(entry.getName(), entry.getVolumeHandle());
      entry = index.claim(name, source.toString());
    }
    if (!isOf(entry, source)) {
      throw new Refused(
          Status.Code.ALREADY_EXISTS,
          "a snapshot \""
              + name
              + "\" exists, of volume "
              + entry.getVolumeHandle()
              + ": choose another name");
    }
  }

  private static boolean isOf(SnapshotEntry entry, VolumeHandle source) {
    return entry.getVolumeHandle().equals(source.toString());
  }

  /** Of a volume that is deleted and has no such snapshot: somebody died while he took it. */
  private boolean isStale(SnapshotEntry entry) {
    return VolumeHandle.parse(entry.getVolumeHandle())
        .flatMap(handle -> stores.find(handle.store()).map(place -> isStale(entry, handle, place)))
        .orElse(true);
  }

  private boolean isStale(SnapshotEntry entry, VolumeHandle handle, StoreLocation place) {
    return buckets.in(
        place,
        Secrets.NONE.credentials(),
        volumes -> {
          Optional<Volume> volume = volumes.find(handle.volume());
          return volume.isEmpty()
              || volume.get().state().retired()
                  && new Snapshots(volumes).find(volume.get(), pinName(entry.getName())).isEmpty();
        });
  }

  /**
   * Removes a snapshot, and gives back the room that it alone has kept. No such snapshot: done.
   * Copies of it are not harmed.
   */
  void delete(SnapshotHandle handle, Secrets secrets) {
    stores
        .find(handle.volume().store())
        .ifPresent(
            place -> buckets.in(place, secrets.credentials(), volumes -> delete(volumes, handle)));
  }

  private boolean delete(Volumes volumes, SnapshotHandle handle) {
    VolumeId id = handle.volume().volume();
    Optional<Volume> volume = volumes.find(id);
    if (volume.isEmpty()) {
      return true;
    }
    Snapshots snapshots = new Snapshots(volumes);
    Optional<io.s3shard.volume.Snapshot> snapshot = find(snapshots, volume.get(), handle);
    if (snapshot.isPresent()) {
      refuseMember(snapshot.get(), handle);
      // the name first: from then on it may be another volume's
      entryOf(snapshot.get(), handle)
          .ifPresent(entry -> index.remove(entry.getName(), entry.getVolumeHandle()));
      remove(snapshots, snapshot.get());
    }
    new Deletions(volumes).reap(id);
    return true;
  }

  /** A member goes with its group only. */
  private void refuseMember(io.s3shard.volume.Snapshot snapshot, SnapshotHandle handle) {
    boolean member =
        snapshot.purpose() instanceof PinPurpose.OfGroup
            && groups
                .find(nameHash(snapshot.name()))
                .filter(group -> group.getVolumeHandlesList().contains(handle.volume().toString()))
                .isPresent();
    if (member) {
      throw new InvalidRequest(
          "snapshot " + handle + " is a member of a group snapshot: delete the group");
    }
  }

  private static void remove(Snapshots snapshots, io.s3shard.volume.Snapshot snapshot) {
    try {
      snapshots.remove(snapshot);
    } catch (VolumeMissing others) {
      // somebody else has just removed it
      return;
    }
  }

  /** Under its own name, or under the long one that its pin's name stands for. */
  private Optional<SnapshotEntry> entryOf(
      io.s3shard.volume.Snapshot snapshot, SnapshotHandle handle) {
    String pin = snapshot.name();
    return index
        .find(nameHash(pin))
        .filter(entry -> entry.getVolumeHandle().equals(handle.volume().toString()))
        .filter(entry -> pinName(entry.getName()).equals(pin));
  }

  private static final String HASHED = "csi-";

  /** What its pin is called. */
  static String pinName(String name) {
    return PLAIN.matcher(name).matches() ? name : HASHED + NameHash.of(name);
  }

  /** The hash of the name that a pin's name stands for. */
  private static String nameHash(String pin) {
    return pin.startsWith(HASHED) ? pin.substring(HASHED.length()) : NameHash.of(pin);
  }

  /** Empty: there is none, or it is no snapshot. */
  static Optional<io.s3shard.volume.Snapshot> find(
      Snapshots snapshots, Volume volume, SnapshotHandle handle) {
    return snapshots.of(volume).stream().filter(s -> s.pin().slot() == handle.pin()).findFirst();
  }

  /**
   * @throws VolumeMissing if there is none
   */
  static io.s3shard.volume.Snapshot require(
      Snapshots snapshots, Volume volume, SnapshotHandle handle) {
    return find(snapshots, volume, handle)
        .orElseThrow(() -> SnapshotHandle.missing(handle.toString()));
  }

  /** As CSI shows it. Whatever is pinned can be copied at once. */
  static Snapshot shown(String store, io.s3shard.volume.Snapshot snapshot) {
    VolumeHandle volume = new VolumeHandle(store, snapshot.volume());
    String group =
        snapshot.purpose() instanceof PinPurpose.OfGroup of
            ? new GroupHandle(store, of.group(), nameHash(snapshot.name())).toString()
            : "";
    return Snapshot.newBuilder()
        .setGroupSnapshotId(group)
        .setSnapshotId(new SnapshotHandle(volume, snapshot.pin().slot()).toString())
        .setSourceVolumeId(volume.toString())
        .setSizeBytes(snapshot.sizeBytes())
        .setCreationTime(Timestamps.fromMillis(snapshot.created().toEpochMilli()))
        .setReadyToUse(true)
        .build();
  }
}
