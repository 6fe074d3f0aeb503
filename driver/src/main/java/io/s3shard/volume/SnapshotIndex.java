package io.s3shard.volume;

import io.s3shard.error.StoreUnavailable;
import io.s3shard.format.Layout;
import io.s3shard.proto.v1.SnapshotEntry;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which volume the snapshot of a name is of, in a cluster whose names of snapshots are unique over
 * all volumes: an entry is made before the PIN and removed before the UNPIN. The volumes' logs are
 * the truth.
 */
public final class SnapshotIndex {
  private static final int CLAIM_TRIES = 4;

  private final HomeEntries entries;

  SnapshotIndex(HomeEntries entries) {
    this.entries = entries;
  }

  /** Takes the name for a volume; whose it is now: that volume's, or who had it before. */
  public SnapshotEntry claim(String name, String volumeHandle) {
    SnapshotEntry wanted =
        SnapshotEntry.newBuilder().setName(name).setVolumeHandle(volumeHandle).build();
    for (int i = 0; i < CLAIM_TRIES; i++) {
      if (entries.make(Layout.snapshotEntry(NameHash.of(name)), wanted)) {
        return wanted;
      }
      Optional<SnapshotEntry> there = find(NameHash.of(name));
      if (there.isPresent()) {
        return there.get();
      }
    }
    throw new StoreUnavailable(
        "the snapshot's name \"" + name + "\" is taken and freed by others: try again");
  }

  public Optional<SnapshotEntry> find(String nameHash) {
    return entries.read(Layout.snapshotEntry(nameHash), SnapshotEntry.parser());
  }

  /** Frees the name if it is this volume's. */
  public void remove(String name, String volumeHandle) {
    boolean ours =
        find(NameHash.of(name)).filter(e -> e.getVolumeHandle().equals(volumeHandle)).isPresent();
    if (ours) {
      entries.remove(Layout.snapshotEntry(NameHash.of(name)));
    }
  }

  /** The next hashes of names, sorted. One request. */
  public List<String> hashes(@Nullable String after, int limit) {
    return entries.names(Layout.SNAPSHOTS, after, limit);
  }
}
