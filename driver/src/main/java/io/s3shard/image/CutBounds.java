package io.s3shard.image;

/**
 * When a cut takes no more, although the arena has room: what a COMMIT of it takes of the heap is
 * bounded by that.
 *
 * @param partialBlocks blocks of which only a part was written: each is completed in memory
 * @param runs pieces that do not hang together: each is an entry of the index, and of the COMMIT
 */
public record CutBounds(int partialBlocks, int runs) {
  /** 8 MiB of blocks, and about 4 MiB of index: twice what an arena full of 4 KiB has. */
  public static final CutBounds STANDARD = new CutBounds(2048, 32 << 10);

  public CutBounds {
    if (partialBlocks < 1 || runs < 1) {
      throw new IllegalArgumentException(
          "a cut of " + partialBlocks + " partial blocks and " + runs + " runs");
    }
  }
}
