package io.s3shard.image;

import io.s3shard.format.VolumeId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The header of an arena: whose it is, whether it may be replayed, and the lineage: the ids of the
 * writers that went on with it.
 *
 * <pre>
 *   u64 magic "S3SARENA", u32 version, u32 state, 16 bytes volume id, u32 writers (0 to 64), then 16 bytes of each
 * </pre>
 *
 * The state and the count are single words, written last, so that a process that is killed leaves
 * the header valid.
 */
final class ArenaHeader {
  /** Whether the arena may be replayed. The codes are part of the format. */
  enum State {
    LIVE(1),
    /** A flush error was reported: what lies here may contradict what the user was told. */
    POISONED(2),
    /** Somebody else has owned the volume since. */
    FENCED(3);

    private final int code;

    State(int code) {
      this.code = code;
    }
  }

  private static final long MAGIC = 0x414e455241533353L; // "S3SARENA", little-endian
  private static final int VERSION = 1;
  private static final int MAX_WRITERS = 64;
  private static final int STATE_AT = 12;
  private static final int COUNT_AT = 32;
  private static final int WRITERS_AT = 40;

  private final ByteBuffer bytes;

  private ArenaHeader(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  static ArenaHeader create(ByteBuffer bytes, VolumeId volume, String writer) {
    ArenaHeader header = new ArenaHeader(bytes);
    bytes.putInt(8, VERSION);
    bytes.put(16, HexFormat.of().parseHex(volume.value()));
    bytes.putInt(COUNT_AT, 0);
    header.mark(State.LIVE);
    header.addWriter(writer, writer);
    bytes.putLong(0, MAGIC);
    return header;
  }

  /** The header that is there; empty if it is none of this volume that we can read. */
  static Optional<ArenaHeader> read(ByteBuffer bytes, VolumeId volume) {
    byte[] id = new byte[16];
    bytes.get(16, id);
    boolean ours =
        bytes.getLong(0) == MAGIC && bytes.getInt(8) == VERSION && VolumeId.of(id).equals(volume);
    return ours ? Optional.of(new ArenaHeader(bytes)) : Optional.empty();
  }

  State state() {
    for (State state : State.values()) {
      if (state.code == bytes.getInt(STATE_AT)) {
        return state;
      }
    }
    return State.POISONED;
  }

  void mark(State state) {
    bytes.putInt(STATE_AT, state.code);
  }

  List<String> writers() {
    List<String> writers = new ArrayList<>();
    for (int i = 0; i < Math.min(MAX_WRITERS, bytes.getInt(COUNT_AT)); i++) {
      byte[] id = new byte[16];
      bytes.get(WRITERS_AT + 16 * i, id);
      writers.add(HexFormat.of().formatHex(id));
    }
    return writers;
  }

  /**
   * Adds a writer, before its OPEN. Of a full lineage the older half goes, but never {@code owner},
   * who owns the open epoch: it is the oldest when all that came after it failed to open.
   */
  void addWriter(String writer, String owner) {
    List<String> writers = writers();
    if (writers.size() == MAX_WRITERS) {
      List<String> kept = new ArrayList<>(writers.subList(MAX_WRITERS / 2, MAX_WRITERS));
      kept.remove(owner);
      kept.addFirst(owner); // first, so that a process that is killed here never loses it
      for (int i = 0; i < kept.size(); i++) {
        put(i, kept.get(i));
      }
      bytes.putInt(COUNT_AT, kept.size());
      writers = kept;
    }
    put(writers.size(), writer);
    bytes.putInt(COUNT_AT, writers.size() + 1);
  }

  private void put(int index, String writer) {
    bytes.put(WRITERS_AT + 16 * index, HexFormat.of().parseHex(writer));
  }
}
