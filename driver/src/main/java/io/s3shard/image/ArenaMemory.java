package io.s3shard.image;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * The memory of one arena: a header and segments, which outlive the process that wrote them. While
 * it is open its holder has it locked against other processes of the host. Thread-safe.
 */
public interface ArenaMemory extends AutoCloseable {
  /** Bytes of {@link #header}. */
  int HEADER_BYTES = 4096;

  /** Bytes of each segment: at least twice the longest record. */
  int segmentBytes();

  /** The header, shared by all callers; little-endian. */
  ByteBuffer header();

  /** The numbers of the segments that exist, rising. */
  List<Integer> segments();

  /** Segment {@code number}, shared by all callers; little-endian. */
  ByteBuffer segment(int number);

  /**
   * A new segment with its room already taken from the disk. @throws
   * io.s3shard.error.StoreUnavailable if the disk is full
   */
  int allocate();

  /** Gives a segment's room back. Nobody may use its buffer any more. */
  void release(int number);

  /** Where it is, for people. */
  String location();

  /** Removes it for good, and unlocks it. */
  void delete();

  /** Unlocks it and leaves everything where it is. */
  @Override
  void close();
}
