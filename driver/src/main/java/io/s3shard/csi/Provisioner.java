package io.s3shard.csi;

import io.grpc.Status;
import io.s3shard.error.InvalidRequest;
import io.s3shard.error.VolumeExists;
import io.s3shard.error.VolumeMissing;
import io.s3shard.proto.v1.StoreLocation;
import io.s3shard.rpc.Refused;
import io.s3shard.volume.Clones;
import io.s3shard.volume.Deletions;
import io.s3shard.volume.NewClone;
import io.s3shard.volume.NewVolume;
import io.s3shard.volume.Snapshot;
import io.s3shard.volume.Snapshots;
import io.s3shard.volume.Volume;
import io.s3shard.volume.VolumeLimits;
import io.s3shard.volume.Volumes;
import java.util.Optional;
import java.util.SortedMap;

/** Makes volumes, deletes them, and changes what can be changed of them. Holds no state. */
final class Provisioner {
  private final Stores stores;
  private final Buckets buckets;

  Provisioner(Stores stores, Buckets buckets) {
    this.stores = stores;
    this.buckets = buckets;
  }

  /** A volume and where it is. */
  record Provisioned(String store, Volume volume) {
    VolumeHandle handle() {
      return new VolumeHandle(store, volume.id());
    }
  }

  /**
   * The volume of the claim: made now, or before.
   *
   * @throws Refused ALREADY_EXISTS if there is another volume of this name
   */
  Provisioned create(VolumeClaim claim) {
    String store = stores.hash(claim.storage().place());
    claim.origin().ifPresent(origin -> requireSameStore(origin, store));
    Volume volume =
        buckets.enter(
            claim.storage().place(),
            claim.secrets().credentials(),
            volumes -> {
              stores.register(claim.storage().place());
              return found(volumes, claim).orElseGet(() -> make(volumes, claim));
            });
    return new Provisioned(store, volume);
  }

  private void requireSameStore(Origin origin, String store) {
    String other = origin.volume().store();
    if (stores.find(other).isEmpty()) {
      throw new VolumeMissing("there is no " + origin.text());
    }
    if (!other.equals(store)) {
      throw new InvalidRequest(
          origin.text()
              + " lies in another place: a copy shares its data, so its class must name the same bucket and prefix");
    }
  }

  /**
   * An empty volume is made without looking first: its name decides. A copy's source may be gone.
   */
  private static Optional<Volume> found(Volumes volumes, VolumeClaim claim) {
    return claim.origin().isEmpty()
        ? Optional.empty()
        : volumes.find(claim.volumeName()).map(there -> same(there, claim));
  }

  private static Volume make(Volumes volumes, VolumeClaim claim) {
    try {
      return claim.origin().isEmpty()
          ? volumes.create(empty(claim))
          : copy(volumes, claim, claim.origin().get());
    } catch (VolumeExists e) {
      return same(volumes.find(claim.volumeName()).orElseThrow(() -> e), claim);
    }
  }

  private static Volume same(Volume there, VolumeClaim claim) {
    Optional<String> difference = claim.difference(there.state().attributes());
    if (difference.isEmpty() && claim.capacity().holds(there.state().sizeBytes())) {
      return there;
    }
    throw new Refused(
        Status.Code.ALREADY_EXISTS,
        "a volume \""
            + claim.name()
            + "\" exists, and "
            + difference.orElse("has " + there.state().sizeBytes() + " bytes")
            + ": choose another name, or delete it");
  }

  private static NewVolume empty(VolumeClaim claim) {
    return new NewVolume(
        claim.volumeName(),
        claim.capacity().choose(claim.leastBytes()),
        claim.storage().chunkSizeBytes().orElse(VolumeLimits.CHUNK_DEFAULT_BYTES),
        true,
        claim.attributes());
  }

  private static Volume copy(Volumes volumes, VolumeClaim claim, Origin origin) {
    Snapshots snapshots = new Snapshots(volumes);
    Clones clones = new Clones(snapshots);
    Volume source =
        volumes
            .find(origin.volume().volume())
            .orElseThrow(() -> new VolumeMissing("there is no " + origin.text()));
    requireChunkSize(claim, source);
    return switch (origin) {
      case Origin.OfSnapshot of -> {
        Snapshot snapshot = SnapshotTaker.require(snapshots, source, of.snapshot());
        yield clones.of(snapshot, wanted(claim, snapshot.sizeBytes()));
      }
      case Origin.OfVolume _ -> {
        if (source.state().retired()) {
          throw new VolumeMissing("there is no " + origin.text());
        }
        yield clones.of(source, wanted(claim, source.state().sizeBytes()));
      }
    };
  }

  private static void requireChunkSize(VolumeClaim claim, Volume source) {
    int of = source.state().chunkSizeBytes();
    if (claim.storage().chunkSizeBytes().filter(bytes -> bytes != of).isPresent()) {
      throw new InvalidRequest(
          "parameters "
              + VolumeClass.CHUNK_SIZE
              + " is not that of the source, "
              + of
              + " bytes, and a copy has its source's: use a class that says so, or leaves it out");
    }
  }

  private static NewClone wanted(VolumeClaim claim, long sourceBytes) {
    return new NewClone(
        claim.volumeName(), claim.capacity().chooseCopy(sourceBytes), true, claim.attributes());
  }

  /**
   * Deletes a volume, and gives back its room as far as nobody needs it. No such volume: done.
   *
   * @throws io.s3shard.error.VolumeBusy if it is attached or open
   */
  void delete(VolumeHandle handle, Secrets secrets) {
    Optional<StoreLocation> place = stores.find(handle.store());
    if (place.isPresent()) {
      buckets.in(place.get(), secrets.credentials(), volumes -> delete(volumes, handle));
    }
  }

  private static boolean delete(Volumes volumes, VolumeHandle handle) {
    Deletions deletions = new Deletions(volumes);
    Optional<Volume> volume = volumes.find(handle.volume());
    if (volume.filter(there -> !there.state().retired()).isPresent()) {
      deletions.retire(handle.volume(), "DeleteVolume");
    }
    if (volume.isPresent()) {
      deletions.reap(handle.volume());
    }
    return true;
  }

  /** The volume with at least the size that is asked for. */
  Provisioned expand(VolumeHandle handle, Capacity capacity, Secrets secrets) {
    return with(
        handle,
        secrets,
        (volumes, volume) -> volumes.resize(volume, capacity.grow(volume.state().sizeBytes())));
  }

  /** The volume with what is given changed, and everything else as it was. */
  Provisioned modify(VolumeHandle handle, Tuning tuning, Secrets secrets) {
    SortedMap<String, String> wanted = tuning.attributes();
    return with(
        handle,
        secrets,
        (volumes, volume) ->
            volume.state().attributes().entrySet().containsAll(wanted.entrySet())
                ? volume
                : volumes.setAttributes(volume.id(), wanted));
  }

  /**
   * @throws VolumeMissing if there is no such volume
   */
  Provisioned get(VolumeHandle handle, Secrets secrets) {
    return with(handle, secrets, (_, volume) -> volume);
  }

  private interface Change {
    Volume of(Volumes volumes, Volume volume);
  }

  private Provisioned with(VolumeHandle handle, Secrets secrets, Change change) {
    StoreLocation place = stores.require(handle);
    return buckets.in(
        place,
        secrets.credentials(),
        volumes -> new Provisioned(handle.store(), change.of(volumes, live(volumes, handle))));
  }

  /**
   * @throws VolumeMissing if there is none, or it is deleted
   */
  static Volume live(Volumes volumes, VolumeHandle handle) {
    return volumes
        .find(handle.volume())
        .filter(volume -> !volume.state().retired())
        .orElseThrow(() -> new VolumeMissing("there is no volume " + handle));
  }
}
