package io.s3shard.log;

import io.s3shard.format.ObjectRef;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The live pins of a volume as its state names them: an immutable table in the bucket, and the
 * changes since. A load does not fetch the table; who must know which pins live fetches it ({@link
 * VolumeLog#withPins}), and then {@code fetched} is present.
 *
 * @param table where the table is; empty: none was written yet
 * @param added pins since the table, by slot
 * @param removed slots of pins of the table that live no more
 * @param count how many pins live
 * @param fetched the pins of the table by slot, if they have been fetched
 */
public record Pins(
    Optional<ObjectRef> table,
    SortedMap<Long, LivePin> added,
    SortedSet<Long> removed,
    int count,
    Optional<SortedMap<Long, LivePin>> fetched) {
  /** The most that may live at a time (RFC 0001 §2). */
  public static final int MAX_LIVE = 10_000;

  static final Pins NONE =
      new Pins(Optional.empty(), new TreeMap<>(), new TreeSet<>(), 0, Optional.empty());

  public Pins {
    Checks.atLeast(0, count, "count of pins");
    added = Sorted.copy(added);
    removed = Sorted.copy(removed);
  }

  /** Whether all live pins are known. */
  public boolean isFetched() {
    return table.isEmpty() || fetched.isPresent();
  }

  /** The live pins by slot. @throws IllegalStateException unless {@link #isFetched} */
  public List<LivePin> live() {
    return stream().toList();
  }

  /** How many changes a record has to carry. */
  int changes() {
    return added.size() + removed.size();
  }

  /**
   * Whether the pin of this slot lives. @throws IllegalStateException unless {@link #isFetched}, if
   * it may be in the table
   */
  public boolean has(long slot) {
    return added.containsKey(slot) || !removed.contains(slot) && inTable().containsKey(slot);
  }

  /** The live pin of this name. @throws IllegalStateException unless {@link #isFetched} */
  public Optional<LivePin> named(String name) {
    return stream().filter(pin -> pin.name().equals(name)).findFirst();
  }

  boolean hasPosition(long position) {
    return stream().anyMatch(pin -> pin.position() == position);
  }

  /** The image's size at the position of a live pin. */
  long sizeAt(long position) {
    return stream().filter(pin -> pin.position() == position).findFirst().orElseThrow().sizeBytes();
  }

  Pins plus(LivePin pin) {
    SortedMap<Long, LivePin> more = new TreeMap<>(added);
    more.put(pin.slot(), pin);
    return new Pins(table, more, removed, count + 1, fetched);
  }

  Pins minus(long slot) {
    SortedMap<Long, LivePin> rest = new TreeMap<>(added);
    SortedSet<Long> gone = new TreeSet<>(removed);
    if (rest.remove(slot) == null) {
      gone.add(slot);
    }
    return new Pins(table, rest, gone, count - 1, fetched);
  }

  /** The same, with what its table holds. */
  Pins withTable(Collection<LivePin> pins) {
    return new Pins(table, added, removed, count, Optional.of(bySlot(pins)));
  }

  /** The same, with what {@code older} knows of the same table. */
  Pins knowing(Pins older) {
    boolean same = table.isPresent() && table.equals(older.table()) && fetched.isEmpty();
    return same ? new Pins(table, added, removed, count, older.fetched()) : this;
  }

  /** The same pins, all in a new table. */
  Pins movedTo(ObjectRef newTable) {
    return new Pins(
        Optional.of(newTable),
        new TreeMap<>(),
        new TreeSet<>(),
        count,
        Optional.of(bySlot(live())));
  }

  private static SortedMap<Long, LivePin> bySlot(Collection<LivePin> pins) {
    SortedMap<Long, LivePin> map = new TreeMap<>();
    pins.forEach(pin -> map.put(pin.slot(), pin));
    return Sorted.copy(map);
  }

  /** Pins of the table come first: their slots are lower than those that were added since. */
  private Stream<LivePin> stream() {
    Stream<LivePin> old = inTable().values().stream().filter(pin -> !removed.contains(pin.slot()));
    return Stream.concat(old, added.values().stream());
  }

  private SortedMap<Long, LivePin> inTable() {
    if (!isFetched()) {
      throw new IllegalStateException(
          "the pin table " + table.orElseThrow().key() + " has not been fetched");
    }
    return fetched.orElse(new TreeMap<>());
  }
}
