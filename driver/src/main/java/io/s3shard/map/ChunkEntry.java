package io.s3shard.map;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where one chunk lies. {@code base}: null if what no group holds is zeros. {@code groups} are
 * disjoint, at most {@link #MAX_GROUPS}; neither base nor groups: the chunk is zeros.
 */
public record ChunkEntry(long chunk, @Nullable Base base, List<Group> groups) {
  /** More would make a lookup, and a sequential read of the chunk, slow. DESIGN §4. */
  public static final int MAX_GROUPS = 8;

  public ChunkEntry {
    if (groups.size() > MAX_GROUPS) {
      throw new IllegalArgumentException(
          "chunk " + chunk + " has " + groups.size() + " groups, at most " + MAX_GROUPS);
    }
    groups = List.copyOf(groups);
  }

  boolean isZeros() {
    return base == null && groups.isEmpty();
  }
}
