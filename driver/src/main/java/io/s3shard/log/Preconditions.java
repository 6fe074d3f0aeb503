package io.s3shard.log;

import java.util.Optional;

/**
 * When a record may stand: the column "stands if" of RFC 0001 §2. Each answer is why not, for
 * people; empty: it may.
 */
final class Preconditions {
  private static final Optional<String> STANDS = Optional.empty();

  private Preconditions() {}

  static Optional<String> whyVoid(VolumeState state, LogRecord record) {
    if (state.abandoned()) {
      return Optional.of("the volume was given up while it was created");
    }
    return switch (record) {
      case LogRecord.Create _ -> Optional.of("the volume exists");
      case LogRecord.Open open -> open(state, open);
      case LogRecord.Commit commit -> commit(state, commit);
      case LogRecord.Close close -> epochIsOpen(state, close.epoch());
      case LogRecord.Attach attach -> attach(state, attach);
      case LogRecord.Detach detach -> detach(state, detach.node());
      case LogRecord.Pin pin -> pin(state, pin);
      case LogRecord.Unpin unpin ->
          state.pins().has(unpin.pin()) ? STANDS : Optional.of("no pin " + unpin.pin() + " lives");
      case LogRecord.Hold _ -> hold(state);
      case LogRecord.Release release -> inForce(state, release.group());
      case LogRecord.Set set -> set(state, set);
      case LogRecord.Retire _ -> notRetired(state);
    };
  }

  private static Optional<String> open(VolumeState state, LogRecord.Open open) {
    String node = open.writer().node();
    if (state.retired()) {
      return notRetired(state);
    }
    if (open.presumedEpoch() != state.openEpoch()) {
      return Optional.of(openBy(state) + ", not epoch " + open.presumedEpoch());
    }
    if (open.takesOver() && open.presumedEpoch() == 0) {
      return Optional.of("there is no epoch to take over");
    }
    if (state.requiresAttach() && state.attachments().get(node) != AttachMode.SINGLE_WRITER) {
      return Optional.of("node " + node + " is not attached for writing");
    }
    return STANDS;
  }

  private static Optional<String> commit(VolumeState state, LogRecord.Commit commit) {
    if (state.hold().isPresent()) {
      return Optional.of("it is held for " + state.hold().get());
    }
    return epochIsOpen(state, commit.epoch());
  }

  private static Optional<String> attach(VolumeState state, LogRecord.Attach attach) {
    if (state.retired()) {
      return notRetired(state);
    }
    for (var other : state.attachments().entrySet()) {
      boolean same = other.getKey().equals(attach.node());
      boolean stands =
          same
              ? other.getValue() == attach.mode()
              : other.getValue() == AttachMode.READ_ONLY && attach.mode() == AttachMode.READ_ONLY;
      if (!stands) {
        String mode =
            other.getValue() == AttachMode.READ_ONLY ? "for reading" : "as the only writer";
        return Optional.of(
            "node " + other.getKey() + " is attached " + mode + ": it must be detached first");
      }
    }
    return STANDS;
  }

  private static Optional<String> detach(VolumeState state, String node) {
    boolean there =
        state.attachments().containsKey(node) || state.ownerNode().equals(Optional.of(node));
    return there
        ? STANDS
        : Optional.of("node " + node + " is neither attached nor has it the volume open");
  }

  private static Optional<String> pin(VolumeState state, LogRecord.Pin pin) {
    Pins pins = state.pins();
    if (pins.count() >= Pins.MAX_LIVE) {
      return Optional.of("it has " + pins.count() + " pins, the most there can be");
    }
    if (pins.named(pin.name()).isPresent()) {
      return Optional.of("it has a pin \"" + pin.name() + "\"");
    }
    if (pin.position() == 0 && state.retired()) {
      return notRetired(state);
    }
    if (pin.position() != 0 && !pins.hasPosition(pin.position())) {
      return Optional.of("no live pin has the position " + pin.position());
    }
    return pin.hold().isEmpty() ? STANDS : inForce(state, pin.hold());
  }

  private static Optional<String> hold(VolumeState state) {
    if (state.retired()) {
      return notRetired(state);
    }
    return state.hold().map(group -> "it is held for " + group);
  }

  private static Optional<String> set(VolumeState state, LogRecord.Set set) {
    if (state.retired()) {
      return notRetired(state);
    }
    if (set.sizeBytes().isPresent() && set.sizeBytes().getAsLong() < state.sizeBytes()) {
      return Optional.of(
          "its size is " + state.sizeBytes() + " bytes, and shrinking is not possible");
    }
    if (set.rename().isPresent() && !set.rename().get().from().equals(state.name())) {
      return Optional.of(
          "its name is \"" + state.name() + "\", not \"" + set.rename().get().from() + "\"");
    }
    return STANDS;
  }

  private static Optional<String> notRetired(VolumeState state) {
    return state.retired() ? Optional.of("it is deleted") : STANDS;
  }

  private static Optional<String> epochIsOpen(VolumeState state, long epoch) {
    return state.openEpoch() == epoch
        ? STANDS
        : Optional.of(openBy(state) + ", not epoch " + epoch);
  }

  private static Optional<String> inForce(VolumeState state, String group) {
    return state.hold().equals(Optional.of(group))
        ? STANDS
        : Optional.of("no HOLD of " + group + " is in force");
  }

  private static String openBy(VolumeState state) {
    return state
        .owner()
        .map(o ->
            "epoch "
                + o.epoch()
                + " of node "
                + o.writer().node()
                + ", process "
                + o.writer().process()
                + ", is open")
        .orElse("it is not open");
  }
}
