package io.s3shard.cli;

import io.s3shard.error.StoreRefused;
import io.s3shard.store.Finding;
import io.s3shard.volume.Prefix;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Enters a prefix to write to it: never a foreign one, and none of a bucket that would lose
 * volumes.
 */
final class PrefixEntry {
  private static final Logger LOG = LoggerFactory.getLogger(PrefixEntry.class);

  private final Stores stores;
  private final Location location;
  private final StoreOptions options;
  private final Prefix prefix;

  PrefixEntry(Stores stores, Location location, StoreOptions options) {
    this.stores = stores;
    this.location = location;
    this.options = options;
    this.prefix = new Prefix(stores.connect(location, options), location.toString());
  }

  /** For a mount: the bucket is tried out each time, since servers and their settings change. */
  void toMount() {
    // first: a foreign prefix gets no scratch objects either
    boolean claimed = prefix.isClaimed();
    requireFit(stores.probe(location, options));
    if (!claimed) {
      prefix.claim();
    }
  }

  /** For a command: the bucket is tried out when the prefix is new. */
  void toCreate() {
    if (!prefix.isClaimed()) {
      requireFit(stores.probe(location, options));
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
                location + " can't hold volumes: " + finding.about() + ": " + finding.message());
        case WARNING -> LOG.warn("{}: {}: {}", location, finding.about(), finding.message());
        case OK, UNKNOWN -> LOG.debug("{}: {}: {}", location, finding.about(), finding.message());
      }
    }
  }
}
