package io.s3shard.volume;

import io.s3shard.error.StoreUnavailable;
import io.s3shard.format.Layout;
import io.s3shard.proto.v1.GroupEntry;
import java.util.List;
import java.util.Optional;

/**
 * Which volumes the group snapshot of a name is of: an entry is made before the first HOLD and
 * removed after the last UNPIN. The volumes' logs are the truth.
 */
public final class GroupIndex {
  private static final int CLAIM_TRIES = 4;

  private final HomeEntries entries;

  GroupIndex(HomeEntries entries) {
    this.entries = entries;
  }

  /**
   * Takes the name for these volumes; what it means now: these, or what it meant before.
   *
   * @param volumeHandles sorted
   */
  public GroupEntry claim(String name, List<String> volumeHandles) {
    GroupEntry wanted =
        GroupEntry.newBuilder().setName(name).addAllVolumeHandles(volumeHandles).build();
    for (int i = 0; i < CLAIM_TRIES; i++) {
      if (entries.make(Layout.groupEntry(NameHash.of(name)), wanted)) {
        return wanted;
      }
      Optional<GroupEntry> there = find(NameHash.of(name));
      if (there.isPresent()) {
        return there.get();
      }
    }
    throw new StoreUnavailable(
        "the group's name \"" + name + "\" is taken and freed by others: try again");
  }

  public Optional<GroupEntry> find(String nameHash) {
    return entries.read(Layout.groupEntry(nameHash), GroupEntry.parser());
  }

  public void remove(String nameHash) {
    entries.remove(Layout.groupEntry(nameHash));
  }
}
