package io.s3shard.cli;

import io.s3shard.error.StoreRefused;
import io.s3shard.store.Finding;
import io.s3shard.volume.Prefix;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Enters a prefix to write to it: never a foreign one, and none of a bucket that would lose
 * volumes.
 */
final class PrefixEntry {
  private static final Logger LOG = LoggerFactory.getLogger(PrefixEntry.class);

  private final Prefix prefix;
  private final Supplier<List<Finding>> probe;

  PrefixEntry(Stores stores, Location location, StoreOptions options) {
    this(
        new Prefix(stores.connect(location, options), location.toString()),
        () -> stores.probe(location, options));
  }

  /** {@code probe}: tries the bucket out. */
  PrefixEntry(Prefix prefix, Supplier<List<Finding>> probe) {
    this.prefix = prefix;
    this.probe = probe;
  }

  /** For a mount: the bucket is tried out each time, since servers and their settings change. */
  void toMount() {
    // first: a foreign prefix gets no scratch objects either
    boolean claimed = prefix.isClaimed();
    requireFit(probe.get());
    if (!claimed) {
      prefix.claim();
    }
  }

  /** For a command: the bucket is tried out when the prefix is new. */
  void toCreate() {
    if (!prefix.isClaimed()) {
      requireFit(probe.get());
      prefix.claim();
    }
  }

  /**
   * @throws StoreRefused saying what is wrong with the bucket
   */
  private void requireFit(List<Finding> findings) {
    for (Finding finding : findings) {
      switch (finding.verdict()) {
        case FAILURE ->
            throw new StoreRefused(
                prefix.location()
                    + " can't hold volumes: "
                    + finding.about()
                    + ": "
                    + finding.message());
        case WARNING ->
            LOG.warn("{}: {}: {}", prefix.location(), finding.about(), finding.message());
        case OK, UNKNOWN ->
            LOG.debug("{}: {}: {}", prefix.location(), finding.about(), finding.message());
      }
    }
  }
}
