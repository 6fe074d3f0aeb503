package io.s3shard.volume;

import io.s3shard.format.VolumeId;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * What a pin is for, as its record's purpose says it: for people, and for those who clean up behind
 * others that died halfway.
 */
public sealed interface PinPurpose {
  /** A snapshot that somebody asked for. */
  record OfSnapshot() implements PinPurpose {
    @Override
    public String text() {
      return SNAPSHOT;
    }
  }

  /** One of {@code members} snapshots of as many volumes, all of the same moment. */
  record OfGroup(String group, int members) implements PinPurpose {
    @Override
    public String text() {
      return GROUP + " " + group + " " + members;
    }
  }

  /**
   * Says that the snapshots of a group are being taken, on the member with the lowest id, from
   * before the first HOLD until it is decided what becomes of them.
   */
  record OfUnfinishedGroup(String group, int members) implements PinPurpose {
    @Override
    public String text() {
      return UNFINISHED_GROUP + " " + group + " " + members;
    }
  }

  /** Decides whether the snapshots of a group that was being taken stay, or are taken back. */
  record OfGroupOutcome(String group, boolean finished) implements PinPurpose {
    @Override
    public String text() {
      return GROUP_OUTCOME + " " + group + " " + (finished ? FINISHED : GIVEN_UP);
    }
  }

  /** A snapshot that a schedule took, and takes away again. */
  record OfSchedule() implements PinPurpose {
    @Override
    public String text() {
      return SCHEDULE;
    }
  }

  /** The state that a clone began with. */
  record OfClone(VolumeId volume) implements PinPurpose {
    @Override
    public String text() {
      return CLONE + " " + volume;
    }
  }

  /** The state that is being read out at this moment. */
  record OfExport() implements PinPurpose {
    @Override
    public String text() {
      return EXPORT;
    }
  }

  /** What another version of s3shard has pinned. */
  record Unknown(String text) implements PinPurpose {}

  String SNAPSHOT = "snapshot";
  String GROUP = "group";
  String UNFINISHED_GROUP = "unfinished-group";
  String GROUP_OUTCOME = "group-outcome";
  String FINISHED = "finished";
  String GIVEN_UP = "given-up";
  String SCHEDULE = "schedule";
  String CLONE = "clone";
  String EXPORT = "export";

  /** As a PIN carries it. */
  String text();

  /** Whether people see it as a snapshot. */
  default boolean isSnapshot() {
    return switch (this) {
      case OfSnapshot _, OfGroup _, OfSchedule _ -> true;
      case OfUnfinishedGroup _, OfGroupOutcome _, OfClone _, OfExport _, Unknown _ -> false;
    };
  }

  /** What a PIN carries. */
  static PinPurpose of(String text) {
    String[] words = text.split(" ", -1);
    return switch (words[0]) {
      case SNAPSHOT -> new OfSnapshot();
      case SCHEDULE -> new OfSchedule();
      case EXPORT -> new OfExport();
      case CLONE -> clone(words).orElseGet(() -> new Unknown(text));
      case GROUP -> group(words, OfGroup::new).orElseGet(() -> new Unknown(text));
      case GROUP_OUTCOME -> outcome(words).orElseGet(() -> new Unknown(text));
      case UNFINISHED_GROUP ->
          group(words, OfUnfinishedGroup::new).orElseGet(() -> new Unknown(text));
      default -> new Unknown(text);
    };
  }

  private static Optional<PinPurpose> clone(String[] words) {
    return words.length == 2 && VolumeId.isValid(words[1])
        ? Optional.of(new OfClone(new VolumeId(words[1])))
        : Optional.empty();
  }

  private static Optional<PinPurpose> group(
      String[] words, BiFunction<String, Integer, PinPurpose> purpose) {
    try {
      return words.length == 3
          ? Optional.of(purpose.apply(words[1], Integer.parseInt(words[2])))
          : Optional.empty();
    } catch (NumberFormatException notOurs) {
      return Optional.empty();
    }
  }

  private static Optional<PinPurpose> outcome(String[] words) {
    boolean ours = words.length == 3 && (words[2].equals(FINISHED) || words[2].equals(GIVEN_UP));
    return ours
        ? Optional.of(new OfGroupOutcome(words[1], words[2].equals(FINISHED)))
        : Optional.empty();
  }
}
