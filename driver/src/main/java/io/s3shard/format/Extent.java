package io.s3shard.format;

/**
 * A run of blocks of the image and what they hold since the COMMIT that brought it. {@code upTo}:
 * 0, or, for a rebase, the last slot whose contents it may replace.
 */
public record Extent(BlockRange range, Source source, long upTo) {
  public static Extent zeros(BlockRange range) {
    return new Extent(range, Source.ZEROS, 0);
  }

  public static Extent of(BlockRange range, ObjectRef object, long firstBlock) {
    return new Extent(range, new Source.InObject(object, firstBlock), 0);
  }

  /** What lies in a run of blocks. */
  public sealed interface Source {
    Zeros ZEROS = new Zeros();

    /** The source of the same run without its first {@code blocks} blocks. */
    Source skip(long blocks);

    /** Nothing is stored: the run reads as zeros. */
    record Zeros() implements Source {
      @Override
      public Source skip(long blocks) {
        return this;
      }
    }

    /** The run lies in {@code object} from block {@code firstBlock} of its payload. */
    record InObject(ObjectRef object, long firstBlock) implements Source {
      @Override
      public Source skip(long blocks) {
        return new InObject(object, firstBlock + blocks);
      }
    }
  }
}
