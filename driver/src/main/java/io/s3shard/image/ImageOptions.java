package io.s3shard.image;

import java.time.Duration;

/**
 * What a user may choose for an open image, and the bounds that tests make small. {@code
 * minFlushInterval}: how far apart COMMITs for flushes begin at least; zero: as they come. {@code
 * pageCacheBytes}, {@code checkpointExtents}: for all images that are open.
 */
public record ImageOptions(
    Duration commitInterval,
    int inlineBytes,
    int segmentBytes,
    int checkpointCommits,
    long checkpointBytes,
    int uploads,
    int extentsInRecord,
    long pageCacheBytes,
    Duration minFlushInterval,
    int checkpointExtents,
    UpkeepOptions upkeep,
    CutBounds cuts) {
  /** Runs of all tail indexes together after which checkpoints are due: 8 MiB of memory. */
  private static final int CHECKPOINT_EXTENTS = 64 << 10;

  /** Without a least interval between flushes, and with upkeep as it is by default. */
  public ImageOptions(
      Duration commitInterval,
      int inlineBytes,
      int segmentBytes,
      int checkpointCommits,
      long checkpointBytes,
      int uploads,
      int extentsInRecord,
      long pageCacheBytes) {
    this(
        commitInterval,
        inlineBytes,
        segmentBytes,
        checkpointCommits,
        checkpointBytes,
        uploads,
        extentsInRecord,
        pageCacheBytes,
        Duration.ZERO,
        CHECKPOINT_EXTENTS,
        UpkeepOptions.defaults(),
        CutBounds.STANDARD);
  }

  /** As DESIGN §4 and §5 say; 16 uploads side by side fill a fast line at 25 ms. */
  public static ImageOptions defaults() {
    return new ImageOptions(
        Duration.ofSeconds(5), 192 << 10, 8 << 20, 1024, 64L << 20, 16, 4096, 24L << 20);
  }

  public ImageOptions withCommitInterval(Duration interval) {
    return with(interval, minFlushInterval);
  }

  public ImageOptions withMinFlushInterval(Duration interval) {
    return with(commitInterval, interval);
  }

  private ImageOptions with(Duration commitInterval, Duration minFlushInterval) {
    return new ImageOptions(
        commitInterval,
        inlineBytes,
        segmentBytes,
        checkpointCommits,
        checkpointBytes,
        uploads,
        extentsInRecord,
        pageCacheBytes,
        minFlushInterval,
        checkpointExtents,
        upkeep,
        cuts);
  }
}
