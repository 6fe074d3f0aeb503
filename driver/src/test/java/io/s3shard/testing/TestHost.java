package io.s3shard.testing;

import io.s3shard.cache.FrameCache;
import io.s3shard.execution.Execution;
import io.s3shard.image.ArenaPool;
import io.s3shard.image.Host;
import io.s3shard.image.Image;
import io.s3shard.image.ImageOpener;
import io.s3shard.image.ImageOptions;
import io.s3shard.store.ObjectStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import java.util.function.BooleanSupplier;

/** A machine that opens images with small bounds: small chunks, segments, checkpoints. */
public final class TestHost {
  /** The smallest chunk that the format allows. */
  public static final int CHUNK_BYTES = 256 << 10;

  private static final ImageOptions SMALL =
      new ImageOptions(Duration.ofHours(1), 16 << 10, 64 << 10, 8, 1 << 20, 4, 100, 1 << 20);

  private final String node;
  private final HeapArenas arenas;
  private final ImageOpener opener;

  public TestHost(ObjectStore store, Execution execution, String node) {
    this(store, execution, node, () -> false);
  }

  /** {@code giveUp}: as {@link ImageOpener} has it. */
  public TestHost(ObjectStore store, Execution execution, String node, BooleanSupplier giveUp) {
    this(store, execution, node, giveUp, new HeapArenas(1 << 18, 64));
  }

  private TestHost(
      ObjectStore store,
      Execution execution,
      String node,
      BooleanSupplier giveUp,
      HeapArenas arenas) {
    this.node = node;
    this.arenas = arenas;
    this.opener =
        new ImageOpener(
            store,
            execution,
            arenas,
            new ArenaPool(64),
            new FrameCache(1 << 20),
            new Host(node, "machine of " + node, "boot", "test"),
            SMALL,
            giveUp);
  }

  public ImageOpener opener() {
    return opener;
  }

  /** The same machine, after its process has died, with another process on it. */
  public TestHost restarted(ObjectStore store, Execution execution) {
    processDied();
    return new TestHost(store, execution, node, () -> false, arenas);
  }

  /** Kills the process: its images must not be used any more. */
  public void processDied() {
    arenas.processDied();
  }

  /** Bytes that are not zeros, the same for the same seed. */
  public static byte[] random(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  public static byte[] read(Image image, long offset, int length) {
    ByteBuffer into = ByteBuffer.allocate(length);
    image.read(offset, into);
    return into.array();
  }

  /** All of it. */
  public static byte[] read(Image image) {
    return read(image, 0, Math.toIntExact(image.sizeBytes()));
  }
}
