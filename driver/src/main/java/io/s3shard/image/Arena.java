package io.s3shard.image;

import io.s3shard.error.Damaged;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.format.VolumeId;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Bytes written and not yet committed, as records in memory that outlives the process (RFC 0001
 * §5).
 *
 * <pre>
 *   record   u32 magic, u32 kind, u32 bytes of content, u32 CRC32C of all that follows and of the content (0: unfinished),
 *            u64 sequence, u64 offset in the image, content, padding to 8; then 0 where the next magic will stand
 * </pre>
 *
 * The content of a WRITE is its bytes; of the other kinds it is a u64, the length of the range (of
 * SIZE: unused, the offset is the size). The head is written when room is reserved, under the
 * image's lock; the checksum once the content is in place. A scan steps over what was never
 * finished: such a write was never answered. Records never cross a segment.
 */
final class Arena {
  static final int RECORD_HEAD_BYTES = 32;

  /** What a record says. The codes are part of the format. */
  enum Kind {
    WRITE(1),
    ZERO(2),
    DISCARD(3),
    SIZE(4);

    private final int code;

    Kind(int code) {
      this.code = code;
    }
  }

  /** Room that was reserved for one record. {@code position}: where its content goes. */
  record Reservation(
      Kind kind, long sequence, long offset, long length, int segment, int position) {}

  static final int MAGIC = 0x52345333; // "3S4R"

  private final ArenaMemory memory;
  private final ArenaPool.Share share;
  private final ArenaHeader header;
  private final Deque<Integer> free = new ArrayDeque<>();
  private List<Integer> used = new ArrayList<>();
  private int current = -1;
  private int position;
  private long sequence;

  private Arena(ArenaMemory memory, ArenaPool.Share share, ArenaHeader header) {
    this.memory = memory;
    this.share = share;
    this.header = header;
  }

  /** A new arena in fresh memory. */
  static Arena create(ArenaMemory memory, ArenaPool pool, VolumeId volume, String writer) {
    return new Arena(memory, pool.open(), ArenaHeader.create(memory.header(), volume, writer));
  }

  /**
   * What a dead process left, whose segments are all taken until {@link #replay} has sorted them.
   */
  static Arena adopt(ArenaMemory memory, ArenaPool pool, ArenaHeader header) {
    Arena arena = new Arena(memory, pool.open(), header);
    arena.share.adopt(memory.segments().size());
    return arena;
  }

  ArenaHeader header() {
    return header;
  }

  String location() {
    return memory.location();
  }

  /** The sequence of the newest record. */
  long sequence() {
    return sequence;
  }

  /** Segments of the active cut. */
  int activeSegments() {
    return used.size();
  }

  int fairShare() {
    return share.fairShare();
  }

  /** Room taken by what is not committed, in whole segments. */
  long usedBytes() {
    return (long) (share.held() - free.size()) * memory.segmentBytes();
  }

  /** The longest content of a record. */
  int maxContentBytes() {
    return memory.segmentBytes() / 4;
  }

  /**
   * Room for a record, with the next sequence; null if there is none now. Under the image's lock.
   */
  @Nullable Reservation reserve(Kind kind, long offset, long length) {
    int content = kind == Kind.WRITE ? Math.toIntExact(length) : 8;
    int bytes = RECORD_HEAD_BYTES + align(content);
    if (current < 0 || position + bytes + 4 > memory.segmentBytes()) {
      if (!nextSegment()) {
        return null;
      }
    }
    int start = position;
    position += bytes;
    ByteBuffer segment = memory.segment(current);
    segment.putInt(position, 0);
    segment.putInt(start + 12, 0);
    segment.putInt(start + 4, kind.code);
    segment.putInt(start + 8, content);
    segment.putLong(start + 16, ++sequence);
    segment.putLong(start + 24, offset);
    segment.putInt(start, MAGIC);
    return new Reservation(kind, sequence, offset, length, current, start + RECORD_HEAD_BYTES);
  }

  /** Puts a WRITE's bytes in place and marks the record as finished. Needs no lock. */
  void fill(Reservation reservation, ByteBuffer data) {
    memory
        .segment(reservation.segment())
        .put(reservation.position(), data, data.position(), data.remaining());
    finish(reservation);
  }

  /** Marks a record without bytes as finished. */
  void fill(Reservation reservation) {
    memory.segment(reservation.segment()).putLong(reservation.position(), reservation.length());
    finish(reservation);
  }

  private void finish(Reservation reservation) {
    ByteBuffer segment = memory.segment(reservation.segment());
    int start = reservation.position() - RECORD_HEAD_BYTES;
    segment.putInt(start + 12, sum(segment, start, segment.getInt(start + 8)));
  }

  /** The bytes of a dirty run, in place: they do not change until their cut is freed. */
  ByteBuffer bytes(int segment, int position, int length) {
    return memory.segment(segment).slice(position, length);
  }

  /**
   * Ends the active cut: its segments are handed to the caller, who frees them once they are
   * committed.
   */
  List<Integer> cut() {
    List<Integer> cut = used;
    used = new ArrayList<>();
    current = -1;
    return cut;
  }

  /** Takes segments back whose bytes are committed. */
  void free(List<Integer> segments) {
    free.addAll(segments);
    int surplus = 0;
    while (!free.isEmpty() && share.held() - surplus > share.fairShare()) {
      memory.release(free.removeLast());
      surplus++;
    }
    share.release(surplus);
  }

  /**
   * The finished records younger than {@code covered}, by sequence; later records go on after the
   * newest one that was found. Their segments belong to the active cut, the others are free.
   */
  List<Reservation> replay(long covered) {
    sequence = covered;
    List<Reservation> found = new ArrayList<>();
    for (int number : memory.segments()) {
      List<Reservation> young = scan(number).stream().filter(r -> r.sequence() > covered).toList();
      found.addAll(young);
      (young.isEmpty() ? free : used).add(number);
    }
    found.sort(Comparator.comparingLong(Reservation::sequence));
    if (!found.isEmpty()) {
      sequence = found.getLast().sequence();
    }
    return found;
  }

  private List<Reservation> scan(int number) {
    ByteBuffer segment = memory.segment(number);
    List<Reservation> found = new ArrayList<>();
    int at = 0;
    while (at + RECORD_HEAD_BYTES <= segment.capacity() && segment.getInt(at) == MAGIC) {
      int content = segment.getInt(at + 8);
      if (content < 0
          || content > maxContentBytes()
          || at + RECORD_HEAD_BYTES + content > segment.capacity()) {
        throw damaged(number, at);
      }
      int sum = segment.getInt(at + 12);
      if (sum != 0 && sum == sum(segment, at, content)) {
        found.add(record(segment, number, at, content));
      }
      at += RECORD_HEAD_BYTES + align(content);
    }
    return found;
  }

  /** The record at {@code at}, whose checksum holds. */
  private Reservation record(ByteBuffer segment, int number, int at, int content) {
    Kind kind = kind(segment.getInt(at + 4));
    int position = at + RECORD_HEAD_BYTES;
    boolean shaped = kind == Kind.WRITE || content == Long.BYTES;
    long length = kind == Kind.WRITE ? content : shaped ? segment.getLong(position) : 0;
    long sequenceOf = segment.getLong(at + 16);
    long offset = segment.getLong(at + 24);
    boolean inImage = offset >= 0 && length >= 0 && offset <= VolumeImage.MAX_SIZE_BYTES - length;
    if (!shaped || !inImage || sequenceOf <= 0) {
      throw damaged(number, at);
    }
    return new Reservation(kind, sequenceOf, offset, length, number, position);
  }

  private Kind kind(int code) {
    for (Kind kind : Kind.values()) {
      if (kind.code == code) {
        return kind;
      }
    }
    throw new Damaged(
        "the arena "
            + memory.location()
            + " holds a record of unknown kind "
            + code
            + ": upgrade s3shard");
  }

  private Damaged damaged(int number, int at) {
    return new Damaged(
        "the arena "
            + memory.location()
            + " is damaged: segment "
            + number
            + " at "
            + at
            + "; what is in the bucket is whole: go on without the arena by deleting it, and with --takeover");
  }

  private boolean nextSegment() {
    Integer number = free.pollFirst();
    if (number == null) {
      if (!share.tryAcquire()) {
        return false;
      }
      try {
        number = memory.allocate();
      } catch (StoreUnavailable e) {
        share.release(1);
        if (share.held() == 0) {
          throw e; // nothing of ours will ever be freed
        }
        return false;
      }
    }
    memory.segment(number).putInt(0, 0);
    used.add(number);
    current = number;
    position = 0;
    return true;
  }

  /** Removes the arena: everything in it is committed, or must never be replayed. */
  void delete() {
    memory.delete();
    share.close();
  }

  /** Lets go of the arena and leaves it for a successor. */
  void abandon() {
    memory.close();
    share.close();
  }

  /** Never 0, which means "unfinished". */
  static int sum(ByteBuffer segment, int start, int content) {
    CRC32C crc = new CRC32C();
    crc.update(segment.slice(start + 4, 8));
    crc.update(segment.slice(start + 16, 16 + content));
    int sum = (int) crc.getValue();
    return sum == 0 ? 1 : sum;
  }

  private static int align(int bytes) {
    return (bytes + 7) & ~7;
  }
}
