package io.s3shard.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What was asked of one opened image, on top of what it is known to have held: the model.
 * Everything is told by a counter of events, which says what was over before what began.
 */
final class Ledger {
  private final LongSupplier events;
  private final String opener;
  private final long epoch;
  private final long openedAt;
  private byte[] base;
  private List<Operation> operations;
  private long requiredUpTo;
  private byte @Nullable [] successorsFind;
  private int views;
  private boolean hasFailed;

  /**
   * {@code operations}: older ones that are not known to be durable; {@code base} is the state
   * before them.
   */
  Ledger(String opener, long epoch, byte[] base, List<Operation> operations, LongSupplier events) {
    this.opener = opener;
    this.epoch = epoch;
    this.base = base;
    this.operations = new ArrayList<>(operations);
    this.events = events;
    this.openedAt = events.getAsLong();
  }

  String opener() {
    return opener;
  }

  /** The slot of the OPEN. */
  long epoch() {
    return epoch;
  }

  /** When this was made, by the counter of events. */
  long openedAt() {
    return openedAt;
  }

  /**
   * What goes on with the same arena, and shows {@code content}, as {@code kept} explains: what was
   * asked for before is asked of it too, as far as it is there. That includes what is hidden: it
   * shows again when the arena is lost with what hides it.
   */
  Ledger goOn(String successor, long newEpoch, byte[] content, Set<Operation> kept) {
    Set<Operation> there = new Explanation(base, operations).atMost(content, kept);
    List<Operation> carried = operations.stream().filter(there::contains).toList();
    Ledger next = new Ledger(successor, newEpoch, base, carried, events);
    next.answered(
        carried.stream().filter(operation -> operation.answered == Operation.NEVER).toList());
    next.requiredUpTo = requiredUpTo;
    return next;
  }

  /** Enters a write that the engine may take in pieces of {@code pieceBytes}. */
  List<Operation> write(long offset, long length, long pieceBytes) {
    return enter(Operation.Kind.WRITE, offset, length, pieceBytes);
  }

  List<Operation> zeros(long offset, long length) {
    return enter(Operation.Kind.ZEROS, offset, length, Long.MAX_VALUE);
  }

  List<Operation> zerosInPieces(long offset, long length, long pieceBytes) {
    return enter(Operation.Kind.ZEROS, offset, length, pieceBytes);
  }

  List<Operation> size(long size) {
    return enter(Operation.Kind.SIZE, size, 0, Long.MAX_VALUE);
  }

  private List<Operation> enter(Operation.Kind kind, long offset, long length, long pieceBytes) {
    long issued = events.getAsLong();
    List<Operation> pieces = new ArrayList<>();
    Operation before = null;
    long at = offset;
    do {
      long end = Math.min(offset + length, at + Math.min(pieceBytes, 1L << 40));
      before = new Operation(events.getAsLong(), kind, at, end, issued, before);
      pieces.add(before);
      at = end;
    } while (at < offset + length);
    operations.addAll(pieces);
    return pieces;
  }

  void answered(List<Operation> pieces) {
    long now = events.getAsLong();
    pieces.forEach(piece -> piece.answered = now);
  }

  long now() {
    return events.getAsLong();
  }

  /** The size by all that was answered. */
  long answeredSize() {
    long size = base.length;
    for (Operation operation : operations) {
      if (operation.answered != Operation.NEVER) {
        size = Math.max(size, operation.end);
      }
    }
    return size;
  }

  /**
   * A flush that began at {@code issued} was acknowledged: what was answered before must never go,
   * nor be gone already.
   */
  void flushed(long issued) {
    byte[] found = successorsFind;
    if (found != null) {
      try {
        new Explanation(base, operations).of(found, operation -> operation.answered < issued);
      } catch (AssertionError e) {
        throw new AssertionError(
            opener
                + " lost the volume, and a flush was acknowledged although its successor does not have all: "
                + e.getMessage(),
            e);
      }
    }
    requiredUpTo = Math.max(requiredUpTo, issued);
  }

  /** A flush was reported failed. */
  void failed() {
    hasFailed = true;
  }

  boolean hasFailed() {
    return hasFailed;
  }

  /** What has been issued so far; a frozen look at it. While it is held the base does not move. */
  View view() {
    return new View(base, List.copyOf(operations), requiredUpTo);
  }

  record View(byte[] base, List<Operation> operations, long requiredUpTo) {
    /**
     * What {@code content} shows of it, with all that a flush has covered. @throws AssertionError
     * if no prefix explains it
     */
    Set<Operation> explain(byte[] content) {
      return new Explanation(base, operations)
          .of(content, operation -> operation.answered < requiredUpTo);
    }

    /** The same with all that was answered. */
    Set<Operation> explainWithAllAnswered(byte[] content) {
      return new Explanation(base, operations)
          .of(content, operation -> operation.answered != Operation.NEVER);
    }
  }

  /** Keeps {@link #rebase} from moving the base until {@link #release}. */
  void hold() {
    views++;
  }

  void release() {
    views--;
  }

  /**
   * All that was answered is durable, and {@code content} shows it: the model may forget how it
   * came about.
   */
  void rebase(byte[] content) {
    if (views == 0 && successorsFind == null) {
      base = content;
      operations = new ArrayList<>();
    }
  }

  /** Somebody has opened the volume after this, and found {@code content}. */
  void superseded(byte[] content) {
    successorsFind = content;
  }

  byte[] base() {
    return base;
  }

  List<Operation> operations() {
    return operations;
  }

  /**
   * Bytes that a read, which began at {@code issued} and is over now, has shown from {@code offset}
   * on.
   */
  void requireRead(long offset, byte[] bytes, long issued) {
    new Explanation(base, operations).requireRead(offset, bytes, issued);
  }
}
