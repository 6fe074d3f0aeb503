package io.s3shard.log;

import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * What a volume is, but for its data, after the records up to {@code tail}: the fold of {@link
 * #apply} over its log. Immutable. {@code hold}: the group whose HOLD is in force. {@code
 * lastEpoch}: the last OPEN that stood, also when its epoch has ended; 0: none.
 */
public record VolumeState(
    long tail,
    Optional<Owner> owner,
    long sizeBytes,
    int chunkSizeBytes,
    String name,
    Pins pins,
    Optional<String> hold,
    SortedMap<String, AttachMode> attachments,
    SortedMap<String, String> attributes,
    SortedSet<String> features,
    boolean requiresAttach,
    boolean retired,
    boolean abandoned,
    Optional<CloneSource> source,
    long lastEpoch,
    long createdUnixMillis) {

  public VolumeState {
    Checks.atLeast(1, tail, "tail");
    Checks.atLeast(0, sizeBytes, "size");
    Checks.atLeast(1, chunkSizeBytes, "chunk size");
    Checks.atLeast(0, lastEpoch, "last epoch");
    attachments = Sorted.copy(attachments);
    attributes = Sorted.copy(attributes);
    features = Sorted.copy(features);
  }

  /** The state after the CREATE in slot 1. */
  public static VolumeState of(LogRecord.Create create) {
    return new StateEdit(create).at(1);
  }

  /** The epoch that is open; 0: none is. */
  public long openEpoch() {
    return owner.map(Owner::epoch).orElse(0L);
  }

  /** The node whose writer owns the open epoch. */
  public Optional<String> ownerNode() {
    return owner.map(o -> o.writer().node());
  }

  /**
   * The state after {@code record} in the next slot. A record that may not stand there only moves
   * the tail.
   */
  public VolumeState apply(long slot, LogRecord record) {
    if (slot != tail + 1) {
      throw new IllegalArgumentException("slot " + slot + " does not follow the tail " + tail);
    }
    StateEdit edit = new StateEdit(this);
    if (whyVoid(record).isEmpty()) {
      edit.apply(slot, record);
    }
    return edit.at(slot);
  }

  /**
   * Why {@code record} may not stand in the next slot, as a sentence for people; empty if it may. A
   * PIN or an UNPIN needs the pins fetched.
   */
  public Optional<String> whyVoid(LogRecord record) {
    return Preconditions.whyVoid(this, record);
  }

  /** The same state with other knowledge of its pins. */
  VolumeState withPins(Pins known) {
    StateEdit edit = new StateEdit(this);
    edit.pins = known;
    return edit.at(tail);
  }
}
