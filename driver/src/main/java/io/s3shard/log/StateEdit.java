package io.s3shard.log;

import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** A state while one record's effect is worked in: the column "effect" of RFC 0001 §2. */
final class StateEdit {
  private final int chunkSizeBytes;
  private final boolean requiresAttach;
  private final boolean abandoned;
  private final Optional<CloneSource> source;
  private final long createdUnixMillis;
  private final SortedMap<String, AttachMode> attachments;
  private final SortedMap<String, String> attributes;
  private final SortedSet<String> features;
  private Optional<Owner> owner;
  private Optional<String> hold;
  private long sizeBytes;
  private String name;
  private boolean retired;
  private long lastEpoch;
  Pins pins;

  StateEdit(LogRecord.Create create) {
    chunkSizeBytes = create.chunkSizeBytes();
    requiresAttach = create.requiresAttach();
    abandoned = create.abandoned();
    source = create.source();
    createdUnixMillis = create.createdUnixMillis();
    attachments = new TreeMap<>();
    attributes = new TreeMap<>(create.attributes());
    features = new TreeSet<>(create.features());
    owner = Optional.empty();
    hold = Optional.empty();
    sizeBytes = create.sizeBytes();
    name = create.name();
    pins = Pins.NONE;
  }

  StateEdit(VolumeState from) {
    chunkSizeBytes = from.chunkSizeBytes();
    requiresAttach = from.requiresAttach();
    abandoned = from.abandoned();
    source = from.source();
    createdUnixMillis = from.createdUnixMillis();
    attachments = new TreeMap<>(from.attachments());
    attributes = new TreeMap<>(from.attributes());
    features = new TreeSet<>(from.features());
    owner = from.owner();
    hold = from.hold();
    sizeBytes = from.sizeBytes();
    name = from.name();
    retired = from.retired();
    lastEpoch = from.lastEpoch();
    pins = from.pins();
  }

  VolumeState at(long tail) {
    return new VolumeState(
        tail,
        owner,
        sizeBytes,
        chunkSizeBytes,
        name,
        pins,
        hold,
        attachments,
        attributes,
        features,
        requiresAttach,
        retired,
        abandoned,
        source,
        lastEpoch,
        createdUnixMillis);
  }

  /** Works in a record that stands. */
  void apply(long slot, LogRecord record) {
    switch (record) {
      case LogRecord.Create _ -> throw new IllegalArgumentException("CREATE stands in slot 1 only");
      case LogRecord.Open open -> open(slot, open);
      case LogRecord.Commit commit -> commit(commit);
      case LogRecord.Close _ -> endEpoch();
      case LogRecord.Attach attach -> attachments.put(attach.node(), attach.mode());
      case LogRecord.Detach detach -> detach(detach.node());
      case LogRecord.Pin pin -> pin(slot, pin);
      case LogRecord.Unpin unpin -> pins = pins.minus(unpin.pin());
      case LogRecord.Hold held -> hold = Optional.of(held.group());
      case LogRecord.Release _ -> hold = Optional.empty();
      case LogRecord.Set set -> set(set);
      case LogRecord.Retire _ -> {
        retired = true;
        endEpoch();
      }
    }
  }

  private void open(long slot, LogRecord.Open open) {
    long kept = open.takesOver() ? owner.map(Owner::arenaSequence).orElse(0L) : 0;
    owner = Optional.of(new Owner(slot, open.writer(), kept, open.openedUnixMillis()));
    lastEpoch = slot;
    hold = Optional.empty();
  }

  private void commit(LogRecord.Commit commit) {
    Owner o = owner.orElseThrow();
    owner =
        Optional.of(new Owner(o.epoch(), o.writer(), commit.arenaSequence(), o.openedUnixMillis()));
    sizeBytes = Math.max(sizeBytes, commit.sizeBytes());
  }

  private void detach(String node) {
    attachments.remove(node);
    if (owner.isPresent() && owner.get().writer().node().equals(node)) {
      endEpoch();
    }
  }

  private void pin(long slot, LogRecord.Pin pin) {
    long position = pin.position() == 0 ? slot : pin.position();
    long size = pin.position() == 0 ? sizeBytes : pins.sizeAt(position);
    pins =
        pins.plus(
            new LivePin(slot, position, pin.name(), pin.purpose(), pin.createdUnixMillis(), size));
    if (!pin.hold().isEmpty()) {
      hold = Optional.empty();
    }
  }

  private void set(LogRecord.Set set) {
    sizeBytes = Math.max(sizeBytes, set.sizeBytes().orElse(0));
    set.rename().ifPresent(rename -> name = rename.to());
    set.attributes()
        .forEach((key, value) -> {
          if (value.isEmpty()) {
            attributes.remove(key);
          } else {
            attributes.put(key, value);
          }
        });
    features.addAll(set.features());
  }

  private void endEpoch() {
    owner = Optional.empty();
    hold = Optional.empty();
  }
}
