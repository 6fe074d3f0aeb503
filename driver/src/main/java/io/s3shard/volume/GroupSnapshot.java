package io.s3shard.volume;

import java.util.List;

/**
 * Snapshots of several volumes, all of one moment: whatever was written after something was durable
 * on another of these volumes is in none of them unless that is.
 *
 * @param id of the group, and of no other in any prefix
 * @param name what each of the snapshots is called
 * @param members by the volumes' ids
 */
public record GroupSnapshot(String id, String name, List<Snapshot> members) {
  /** More would take longer than their owners wait. */
  public static final int MAX_MEMBERS = 100;

  public GroupSnapshot {
    members = List.copyOf(members);
  }
}
