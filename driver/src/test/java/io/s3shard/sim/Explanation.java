package io.s3shard.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds operations that explain a state: a set that holds, with each operation, all that was over
 * before it began, in an order that these intervals allow, so that every byte is that of the last
 * operation on it.
 *
 * <p>Begins with what must be in and takes in more only where a byte can't be explained otherwise:
 * as it must be, since an operation more asks for more bytes to be explained. Where several could
 * be taken in, each is tried.
 */
final class Explanation {
  /** After so many attempts nothing explains the state. What is right takes one, as a rule. */
  private static final int ATTEMPTS = 2_000;

  /** What is wrong with a set of operations, and those of which one more may set it right. */
  private record Flaw(String complaint, Collection<Operation> remedies) {}

  private final byte[] base;
  private final List<Operation> operations;
  private int attempts;
  private @Nullable String firstComplaint;

  Explanation(byte[] base, List<Operation> operations) {
    this.base = base;
    this.operations = operations;
  }

  /**
   * @throws AssertionError naming the bytes that nothing explains
   */
  Set<Operation> of(byte[] content, Predicate<Operation> required) {
    Set<Operation> included = new LinkedHashSet<>();
    operations.stream().filter(required).forEach(operation -> include(operation, included));
    List<Long> bounds = bounds(0, Math.max(content.length, base.length));
    return search(content, bounds, included).orElseThrow(() -> new AssertionError(firstComplaint));
  }

  /**
   * {@code kept}, which explains {@code content}, and all else that may be there, too, hidden by
   * what came later.
   */
  Set<Operation> atMost(byte[] content, Set<Operation> kept) {
    List<Long> bounds = bounds(0, Math.max(content.length, base.length));
    Set<Operation> most = new LinkedHashSet<>(kept);
    for (Operation operation : operations) {
      Set<Operation> more = new LinkedHashSet<>(most);
      include(operation, more);
      if (more.size() > most.size() && flaw(content, bounds, more) == null) {
        most = more;
      }
    }
    return most;
  }

  private Optional<Set<Operation>> search(
      byte[] content, List<Long> bounds, Set<Operation> included) {
    attempts++;
    Flaw flaw = flaw(content, bounds, included);
    if (flaw == null) {
      return Optional.of(included);
    }
    for (Operation remedy : flaw.remedies) {
      if (attempts < ATTEMPTS) {
        Set<Operation> more = new LinkedHashSet<>(included);
        include(remedy, more);
        Optional<Set<Operation>> found = search(content, bounds, more);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    if (firstComplaint == null) {
      firstComplaint = flaw.complaint;
    }
    return Optional.empty();
  }

  private void include(Operation operation, Set<Operation> included) {
    if (!included.add(operation)) {
      return;
    }
    if (operation.before != null) {
      include(operation.before, included);
    }
    for (Operation other : operations) {
      if (other.answered < operation.issued) {
        include(other, included);
      }
    }
  }

  private @Nullable Flaw flaw(byte[] content, List<Long> bounds, Set<Operation> included) {
    Flaw flaw = flawOfSize(content.length, included);
    for (int i = 0; i + 1 < bounds.size() && flaw == null; i++) {
      if (bounds.get(i) < content.length) {
        flaw = flawOfBytes(content, bounds.get(i), bounds.get(i + 1), included);
      }
    }
    return flaw == null ? flawOfOrder(content, bounds, included) : flaw;
  }

  /**
   * Places where an operation begins or ends: between two of them all bytes have the same history.
   */
  private List<Long> bounds(long from, long to) {
    TreeSet<Long> bounds = new TreeSet<>(List.of(from, to));
    for (Operation operation : operations) {
      for (long bound : new long[] {operation.offset, operation.end, base.length}) {
        if (bound > from && bound < to) {
          bounds.add(bound);
        }
      }
    }
    return new ArrayList<>(bounds);
  }

  private @Nullable Flaw flawOfSize(long size, Set<Operation> included) {
    long least = base.length;
    for (Operation operation : included) {
      least = Math.max(least, operation.end);
    }
    if (size == least) {
      return null;
    }
    if (size < least) {
      return new Flaw(
          "the image has " + size + " bytes, it must have at least " + least, List.of());
    }
    return new Flaw(
        "the image has " + size + " bytes, which nothing that was asked for explains",
        operations.stream().filter(op -> op.end == size && !included.contains(op)).toList());
  }

  private @Nullable Flaw flawOfBytes(byte[] content, long from, long to, Set<Operation> included) {
    List<Operation> last = lastOf(included, from, to);
    if (last.isEmpty()
        ? isBase(content, from, to)
        : last.stream().anyMatch(op -> shows(op, content, from, to))) {
      return null;
    }
    return new Flaw(
        "bytes "
            + from
            + "-"
            + to
            + " show "
            + describe(content, from, to)
            + "; the last on them must be "
            + (last.isEmpty() ? "what was there before" : last),
        others(included, content, from, to));
  }

  /** Those that are not included and would show these bytes. */
  private List<Operation> others(Set<Operation> included, byte[] content, long from, long to) {
    return operations.stream()
        .filter(op -> !included.contains(op) && op.covers(from, to) && shows(op, content, from, to))
        .toList();
  }

  /** Of those that cover the bytes: whom no other follows. */
  private static List<Operation> lastOf(Set<Operation> among, long from, long to) {
    List<Operation> covering = among.stream().filter(op -> op.covers(from, to)).toList();
    long latest = covering.stream().mapToLong(op -> op.issued).max().orElse(0);
    return covering.stream().filter(op -> op.answered >= latest).toList();
  }

  private boolean isBase(byte[] content, long from, long to) {
    long inBase = Math.min(to, base.length);
    boolean same =
        from >= inBase
            || Arrays.equals(content, (int) from, (int) inBase, base, (int) from, (int) inBase);
    return same && isZeros(content, Math.max(from, inBase), Math.max(to, inBase));
  }

  private static boolean isZeros(byte[] content, long from, long to) {
    for (int i = (int) from; i < to; i++) {
      if (content[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean shows(Operation operation, byte[] content, long from, long to) {
    int at = (int) (from - operation.offset);
    return operation.kind == Operation.Kind.ZEROS
        ? isZeros(content, from, to)
        : Arrays.equals(
            content, (int) from, (int) to, operation.content(), at, at + (int) (to - from));
  }

  private String describe(byte[] content, long from, long to) {
    if (isZeros(content, from, to)) {
      return "zeros";
    }
    if (isBase(content, from, to)) {
      return "what was there before";
    }
    List<Operation> shown =
        operations.stream()
            .filter(op -> op.covers(from, to) && shows(op, content, from, to))
            .toList();
    return shown.isEmpty() ? "bytes that nobody has written there" : shown.toString();
  }

  /**
   * Where operations were under way at once and the bytes say which came last, no places may
   * contradict each other.
   */
  private @Nullable Flaw flawOfOrder(byte[] content, List<Long> bounds, Set<Operation> included) {
    Order order = new Order();
    Set<Operation> remedies = new LinkedHashSet<>();
    for (int i = 0; i + 1 < bounds.size() && bounds.get(i) < content.length; i++) {
      long from = bounds.get(i);
      long to = bounds.get(i + 1);
      List<Operation> last = lastOf(included, from, to);
      List<Operation> shown = last.stream().filter(op -> shows(op, content, from, to)).toList();
      if (last.size() > 1 && shown.size() == 1) {
        last.stream()
            .filter(op -> op != shown.getFirst())
            .forEach(op -> order.shown(op, shown.getFirst()));
        remedies.addAll(others(included, content, from, to));
      }
    }
    List<Operation> ring = order.ring();
    if (ring.isEmpty()) {
      return null;
    }
    return new Flaw(
        ring.size() == 2
            ? "some bytes show that "
                + ring.get(0)
                + " came before "
                + ring.get(1)
                + ", some the reverse"
            : "some bytes show that each of these came before the next, and the last before the first: "
                + ring,
        remedies);
  }

  /** Each byte is that of an operation that no other had replaced for good when the read began. */
  void requireRead(long offset, byte[] bytes, long issued) {
    List<Long> bounds = bounds(offset, offset + bytes.length);
    byte[] content = new byte[(int) offset + bytes.length];
    System.arraycopy(bytes, 0, content, (int) offset, bytes.length);
    for (int i = 0; i + 1 < bounds.size(); i++) {
      long from = bounds.get(i);
      long to = bounds.get(i + 1);
      List<Operation> covering = operations.stream().filter(op -> op.covers(from, to)).toList();
      long replaced =
          covering.stream()
              .filter(op -> op.answered < issued)
              .mapToLong(op -> op.issued)
              .max()
              .orElse(0);
      boolean explained =
          covering.stream().anyMatch(op -> op.answered >= replaced && shows(op, content, from, to))
              || replaced == 0 && isBase(content, from, to);
      if (!explained) {
        throw new AssertionError(
            "a read of bytes "
                + from
                + "-"
                + to
                + " shows "
                + describe(content, from, to)
                + ", but there was written "
                + covering);
      }
    }
  }
}
