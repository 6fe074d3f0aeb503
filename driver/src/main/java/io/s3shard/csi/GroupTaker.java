package io.s3shard.csi;

import com.google.protobuf.util.Timestamps;
import io.grpc.Status;
import io.s3shard.error.InvalidRequest;
import io.s3shard.error.VolumeBusy;
import io.s3shard.error.VolumeMissing;
import io.s3shard.format.VolumeId;
import io.s3shard.proto.csi.v1.VolumeGroupSnapshot;
import io.s3shard.proto.v1.GroupEntry;
import io.s3shard.proto.v1.StoreLocation;
import io.s3shard.rpc.Refused;
import io.s3shard.volume.Deletions;
import io.s3shard.volume.GroupIndex;
import io.s3shard.volume.GroupSnapshot;
import io.s3shard.volume.GroupSnapshots;
import io.s3shard.volume.NameHash;
import io.s3shard.volume.Snapshot;
import io.s3shard.volume.Snapshots;
import io.s3shard.volume.Volumes;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Takes snapshots of several volumes at one moment, finds and removes them. */
final class GroupTaker {
  private final GroupIndex index;
  private final Stores stores;
  private final Buckets buckets;

  GroupTaker(GroupIndex index, Stores stores, Buckets buckets) {
    this.index = index;
    this.stores = stores;
    this.buckets = buckets;
  }

  /**
   * The group of this name: taken now, or before.
   *
   * @throws VolumeMissing if one of the volumes is not there
   * @throws Refused ALREADY_EXISTS if the name is of a group of other volumes; ABORTED if the
   *     volumes could not be held at once
   */
  VolumeGroupSnapshot create(String name, List<VolumeHandle> sources, Secrets secrets) {
    String store = sources.getFirst().store();
    StoreLocation place = stores.require(sources.getFirst());
    if (sources.stream().anyMatch(source -> !source.store().equals(store))) {
      throw Requires.unsupported(
          "the volumes lie in several buckets or prefixes: no moment is common to them; choose volumes of one");
    }
    List<String> handles =
        List.copyOf(new TreeSet<>(sources.stream().map(VolumeHandle::toString).toList()));
    return buckets.in(
        place,
        secrets.credentials(),
        volumes -> {
          claim(name, handles);
          return shown(store, name, take(volumes, name, sources));
        });
  }

  private GroupSnapshot take(Volumes volumes, String name, List<VolumeHandle> sources) {
    List<VolumeId> ids = sources.stream().map(VolumeHandle::volume).toList();
    try {
      return new GroupSnapshots(new Snapshots(volumes)).create(ids, SnapshotTaker.pinName(name));
    } catch (VolumeBusy e) {
      throw new Refused(Status.Code.ABORTED, String.valueOf(e.getMessage()));
    } catch (VolumeMissing e) {
      index.remove(NameHash.of(name));
      throw e;
    }
  }

  private void claim(String name, List<String> handles) {
    GroupEntry entry = index.claim(name, handles);
    if (!entry.getVolumeHandlesList().equals(handles)) {
      throw new Refused(
          Status.Code.ALREADY_EXISTS,
          "a group snapshot \"" + name + "\" exists, of other volumes: choose another name");
    }
  }

  /**
   * @throws VolumeMissing if there is none, or not all of it
   */
  VolumeGroupSnapshot get(String id, List<String> snapshotIds, Secrets secrets) {
    GroupHandle handle = GroupHandle.parse(id).orElseThrow(() -> GroupHandle.missing(id));
    GroupEntry entry = index.find(handle.nameHash()).orElseThrow(() -> GroupHandle.missing(id));
    StoreLocation place = stores.find(handle.store()).orElseThrow(() -> GroupHandle.missing(id));
    requireMembers(id, entry, snapshotIds);
    return buckets.in(
        place,
        secrets.credentials(),
        volumes ->
            new GroupSnapshots(new Snapshots(volumes))
                .find(handle.group(), ids(entry))
                .map(group -> shown(handle.store(), entry.getName(), group))
                .orElseThrow(() -> GroupHandle.missing(id)));
  }

  /** Removes a group, and gives back the room that it alone has kept. No such group: done. */
  void delete(String id, List<String> snapshotIds, Secrets secrets) {
    Optional<GroupHandle> handle = GroupHandle.parse(id);
    Optional<GroupEntry> entry = handle.flatMap(h -> index.find(h.nameHash()));
    Optional<StoreLocation> place = handle.flatMap(h -> stores.find(h.store()));
    if (entry.isEmpty() || place.isEmpty()) {
      return;
    }
    requireMembers(id, entry.get(), snapshotIds);
    buckets.in(
        place.get(),
        secrets.credentials(),
        volumes -> {
          remove(volumes, handle.get(), entry.get());
          return true;
        });
  }

  private void remove(Volumes volumes, GroupHandle handle, GroupEntry entry) {
    List<VolumeId> members = ids(entry);
    new GroupSnapshots(new Snapshots(volumes)).remove(handle.group(), members);
    members.forEach(member -> new Deletions(volumes).reap(member));
    // last: a call that was cut off finds the members by it
    index.remove(handle.nameHash());
  }

  private static void requireMembers(String id, GroupEntry entry, List<String> snapshotIds) {
    for (String snapshot : snapshotIds) {
      boolean member =
          SnapshotHandle.parse(snapshot)
              .filter(s -> entry.getVolumeHandlesList().contains(s.volume().toString()))
              .isPresent();
      if (!member) {
        throw new InvalidRequest("snapshot " + snapshot + " is no member of group " + id);
      }
    }
  }

  private static List<VolumeId> ids(GroupEntry entry) {
    return entry.getVolumeHandlesList().stream()
        .flatMap(handle -> VolumeHandle.parse(handle).stream())
        .map(VolumeHandle::volume)
        .toList();
  }

  private static VolumeGroupSnapshot shown(String store, String name, GroupSnapshot group) {
    long created =
        group.members().stream()
            .map(Snapshot::created)
            .mapToLong(java.time.Instant::toEpochMilli)
            .max()
            .orElse(0);
    VolumeGroupSnapshot.Builder shown =
        VolumeGroupSnapshot.newBuilder()
            .setGroupSnapshotId(new GroupHandle(store, group.id(), NameHash.of(name)).toString())
            .setCreationTime(Timestamps.fromMillis(created))
            .setReadyToUse(true);
    group.members().forEach(member -> shown.addSnapshots(SnapshotTaker.shown(store, member)));
    return shown.build();
  }
}
