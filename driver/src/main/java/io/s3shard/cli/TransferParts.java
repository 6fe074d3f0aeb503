package io.s3shard.cli;

import io.s3shard.execution.Execution;
import io.s3shard.image.ArenaPool;
import io.s3shard.image.Host;
import io.s3shard.image.ImageOpener;
import io.s3shard.image.ImageOptions;
import io.s3shard.image.MappedArenas;
import io.s3shard.store.ObjectStore;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Opens images for a command that goes through one of them once. */
final class TransferParts {
  private static final long MEMORY_BYTES = 64L << 20;

  private TransferParts() {}

  /**
   * @param arenaDir null: where a mount would have it; a mount also closes what a command that died
   *     has left there
   */
  static ImageOpener opener(
      String command,
      ObjectStore store,
      Execution execution,
      String storeTag,
      @Nullable Path arenaDir) {
    MountOptions places = new MountOptions();
    places.arenaDir = arenaDir;
    places.arenaSize = MEMORY_BYTES;
    CacheParts cache = CacheParts.inMemory(MEMORY_BYTES, execution);
    Host host = ThisHost.ofCommand(command);
    return new ImageOpener(
        store,
        execution,
        new MappedArenas(ArenaPlace.choose(places, storeTag), storeTag, host.boot()),
        new ArenaPool((int) (MEMORY_BYTES / MappedArenas.SEGMENT_BYTES)),
        cache.reader(store, execution),
        cache.readAhead(),
        host,
        ImageOptions.defaults(),
        () -> false);
  }
}
