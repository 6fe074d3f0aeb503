package io.s3shard.csi;

import io.s3shard.error.ObjectMissing;
import io.s3shard.error.VolumeMissing;
import io.s3shard.proto.csi.v1.ListSnapshotsRequest;
import io.s3shard.proto.csi.v1.ListSnapshotsResponse;
import io.s3shard.proto.csi.v1.Snapshot;
import io.s3shard.proto.v1.SnapshotEntry;
import io.s3shard.proto.v1.StoreLocation;
import io.s3shard.volume.NameHash;
import io.s3shard.volume.SnapshotIndex;
import io.s3shard.volume.Snapshots;
import io.s3shard.volume.Volume;
import io.s3shard.volume.Volumes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots, in the order of the hashes of their names. All: those that were taken through CSI,
 * also of volumes that are deleted; one request for each 1,000, one each, and two for each of their
 * volumes. By a snapshot's or a volume's id: whoever has taken them; two or three requests.
 */
final class SnapshotListing {
  private static final Pattern TOKEN = Pattern.compile("[0-9a-f]{32}");
  private static final int PAGE = 1000;

  private final SnapshotIndex index;
  private final Stores stores;
  private final Buckets buckets;

  SnapshotListing(SnapshotIndex index, Stores stores, Buckets buckets) {
    this.index = index;
    this.stores = stores;
    this.buckets = buckets;
  }

  /** An id that nothing has is an empty list. */
  ListSnapshotsResponse list(ListSnapshotsRequest request, Secrets secrets) {
    String token = request.getStartingToken();
    if (!token.isEmpty() && !TOKEN.matcher(token).matches()) {
      throw VolumeListing.badToken(token);
    }
    int max = request.getMaxEntries() == 0 ? Integer.MAX_VALUE : request.getMaxEntries();
    if (!request.getSnapshotId().isEmpty()) {
      return page(one(request, secrets), token, max);
    }
    return request.getSourceVolumeId().isEmpty()
        ? all(token, max)
        : page(ofVolume(request.getSourceVolumeId(), secrets), token, max);
  }

  /**
   * @throws VolumeMissing if there is none
   */
  Snapshot get(String id, Secrets secrets) {
    return find(id, secrets).map(Named::shown).orElseThrow(() -> SnapshotHandle.missing(id));
  }

  /** A snapshot and the place of its name in the order. */
  private record Named(String hash, Snapshot shown) {
    static Named of(String store, io.s3shard.volume.Snapshot snapshot) {
      return new Named(NameHash.of(snapshot.name()), SnapshotTaker.shown(store, snapshot));
    }
  }

  private List<Named> one(ListSnapshotsRequest request, Secrets secrets) {
    return find(request.getSnapshotId(), secrets)
        .filter(found ->
            request.getSourceVolumeId().isEmpty()
                || request.getSourceVolumeId().equals(found.shown().getSourceVolumeId()))
        .stream()
        .toList();
  }

  private Optional<Named> find(String id, Secrets secrets) {
    return SnapshotHandle.parse(id)
        .flatMap(handle ->
            snapshots(handle.volume(), secrets).stream()
                .filter(snapshot -> snapshot.pin().slot() == handle.pin())
                .map(snapshot -> Named.of(handle.volume().store(), snapshot))
                .findFirst());
  }

  private List<Named> ofVolume(String id, Secrets secrets) {
    return VolumeHandle.parse(id)
        .map(handle ->
            snapshots(handle, secrets).stream()
                .map(snapshot -> Named.of(handle.store(), snapshot))
                .toList())
        .orElse(List.of());
  }

  private List<io.s3shard.volume.Snapshot> snapshots(VolumeHandle handle, Secrets secrets) {
    Optional<StoreLocation> place = stores.find(handle.store());
    if (place.isEmpty()) {
      return List.of();
    }
    return buckets.in(place.get(), secrets.credentials(), volumes -> snapshots(volumes, handle));
  }

  private static List<io.s3shard.volume.Snapshot> snapshots(Volumes volumes, VolumeHandle handle) {
    Optional<Volume> volume = volumes.find(handle.volume());
    try {
      return volume.isEmpty() ? List.of() : new Snapshots(volumes).of(volume.get());
    } catch (ObjectMissing | VolumeMissing gone) {
      return List.of();
    }
  }

  private static ListSnapshotsResponse page(List<Named> found, String token, int max) {
    ListSnapshotsResponse.Builder page = ListSnapshotsResponse.newBuilder();
    List<Named> rest =
        found.stream()
            .filter(named -> named.hash().compareTo(token) > 0)
            .sorted(Comparator.comparing(Named::hash))
            .toList();
    rest.stream().limit(max).forEach(named -> page.addEntries(entry(named.shown())));
    if (rest.size() > max) {
      page.setNextToken(rest.get(max - 1).hash());
    }
    return page.build();
  }

  private static ListSnapshotsResponse.Entry entry(Snapshot snapshot) {
    return ListSnapshotsResponse.Entry.newBuilder().setSnapshot(snapshot).build();
  }

  private ListSnapshotsResponse all(String token, int max) {
    ListSnapshotsResponse.Builder page = ListSnapshotsResponse.newBuilder();
    Map<String, List<io.s3shard.volume.Snapshot>> looked = new HashMap<>();
    @Nullable String after = token.isEmpty() ? null : token;
    while (true) {
      List<String> hashes = index.hashes(after, PAGE);
      for (String hash : hashes) {
        after = hash;
        index
            .find(hash)
            .flatMap(entry -> taken(entry, looked))
            .ifPresent(shown -> page.addEntries(entry(shown)));
        if (page.getEntriesCount() == max) {
          return page.setNextToken(hash).build();
        }
      }
      if (hashes.size() < PAGE) {
        return page.build();
      }
    }
  }

  /** Empty: it is not taken yet, or is being removed. */
  private Optional<Snapshot> taken(
      SnapshotEntry entry, Map<String, List<io.s3shard.volume.Snapshot>> looked) {
    Optional<VolumeHandle> handle = VolumeHandle.parse(entry.getVolumeHandle());
    if (handle.isEmpty()) {
      return Optional.empty();
    }
    Function<String, List<io.s3shard.volume.Snapshot>> look =
        id -> new ArrayList<>(snapshots(handle.get(), Secrets.NONE));
    return looked.computeIfAbsent(entry.getVolumeHandle(), look).stream()
        .filter(snapshot -> snapshot.name().equals(SnapshotTaker.pinName(entry.getName())))
        .findFirst()
        .map(snapshot -> SnapshotTaker.shown(handle.get().store(), snapshot));
  }
}
