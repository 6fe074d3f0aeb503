package io.s3shard.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What was written to one volume, in order, by one writer at a time: the model. The volume shows
 * the state after some of the writes, and no state but such a one.
 */
final class Contents {
  /** Fills bytes with what no other write brings; {@code mark} 0: discards them. */
  private record Write(int offset, int length, int mark) {
    byte[] after(byte[] before) {
      int end = offset + length;
      if (mark == 0) {
        byte[] changed = before.clone();
        Arrays.fill(
            changed, Math.min(offset, changed.length), Math.min(end, changed.length), (byte) 0);
        return changed;
      }
      byte[] changed = Arrays.copyOf(before, Math.max(before.length, end));
      System.arraycopy(bytes(), 0, changed, offset, length);
      return changed;
    }

    byte[] bytes() {
      byte[] bytes = new byte[length];
      for (int i = 0; i < length; i++) {
        bytes[i] = (byte) (mark >> (i % 4) * 8 | 1);
      }
      return bytes;
    }
  }

  private final byte[] base;
  private final List<Write> writes = new ArrayList<>();
  private int durable;

  Contents(byte[] base) {
    this.base = base;
  }

  /** Enters a write before it is asked for; the bytes to write. */
  byte[] write(int offset, int length, int mark) {
    Write write = new Write(offset, length, mark);
    writes.add(write);
    return write.bytes();
  }

  void discard(int offset, int length) {
    writes.add(new Write(offset, length, 0));
  }

  /** A flush of all that was written has succeeded. */
  void flushed() {
    durable = writes.size();
  }

  /** How many writes are durable. */
  int durable() {
    return durable;
  }

  /** The states from that after {@code from} writes to the present one. */
  States since(int from) {
    return new States(base, List.copyOf(writes), from);
  }

  /** The volume was opened and shows {@code content}: later writes are lost for good. */
  void opened(byte[] content) {
    int found = since(durable).require(content, "the volume as it was opened");
    writes.subList(found, writes.size()).clear();
  }

  /** Some states, of which something must be one, and always the same. */
  static final class States {
    private final byte[] base;
    private final List<Write> writes;
    private final int from;
    private byte[] found;
    private boolean isFound;

    private States(byte[] base, List<Write> writes, int from) {
      this.base = base;
      this.writes = writes;
      this.from = from;
      this.found = new byte[0];
    }

    /** The number of writes that it shows. @throws AssertionError if it is none of these states */
    int require(byte[] content, String what) {
      if (isFound && !Arrays.equals(found, content)) {
        throw new AssertionError(what + " has changed at byte " + Arrays.mismatch(found, content));
      }
      byte[] state = base;
      int match = -1;
      String differences = "";
      for (int i = 0; i <= writes.size() && match < 0; i++) {
        if (i > 0) {
          state = writes.get(i - 1).after(state);
        }
        if (i >= from && Arrays.equals(state, content)) {
          match = i;
        } else if (i >= from) {
          differences += " " + i + ":" + Arrays.mismatch(state, content);
        }
      }
      if (match < 0) {
        throw new AssertionError(
            what
                + " shows none of its states from write "
                + from
                + " on; its "
                + content.length
                + " bytes differ from each (write:byte):"
                + differences);
      }
      found = content;
      isFound = true;
      return match;
    }
  }
}
