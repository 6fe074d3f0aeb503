package io.s3shard.log;

import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * One record of a volume's log: a command whose effect is decided by the log alone. Preconditions
 * and effects are those of {@link VolumeState#whyVoid} and {@link VolumeState#apply}. All kinds but
 * {@link Commit} are control records.
 */
public sealed interface LogRecord {
  /** The name of the kind, as people and documents write it. */
  String kind();

  /**
   * Slot 1: what never changes, and the first of what does. {@code abandoned}: gives up a half-made
   * clone.
   */
  record Create(
      int chunkSizeBytes,
      long sizeBytes,
      String name,
      boolean requiresAttach,
      Optional<CloneSource> source,
      SortedMap<String, String> attributes,
      SortedSet<String> features,
      long createdUnixMillis,
      boolean abandoned)
      implements LogRecord {
    public Create {
      Checks.atLeast(1, chunkSizeBytes, "chunk size");
      Checks.atLeast(0, sizeBytes, "size");
      attributes = Sorted.copy(attributes);
      features = Sorted.copy(features);
    }

    @Override
    public String kind() {
      return "CREATE";
    }
  }

  /**
   * {@code writer} wants to own the log from here on. {@code presumedEpoch}: the epoch that this
   * ends, 0: none is open.
   */
  record Open(Writer writer, long presumedEpoch, boolean takesOver, long openedUnixMillis)
      implements LogRecord {
    public Open {
      Checks.atLeast(0, presumedEpoch, "presumed epoch");
    }

    @Override
    public String kind() {
      return "OPEN";
    }
  }

  /**
   * A flush, or the periodic commit. Everything up to {@code arenaSequence} of the owner's arena is
   * in this COMMIT or an earlier one. {@code extents}: sorted and disjoint; those whose data is
   * inline name {@code ObjectRef.log(volume, 0, blocks)} until the record has its slot. {@code
   * extentsObject}: a map object that holds the extents, when they are many; a draft has both, a
   * decoded record only the reference until it is resolved. {@code checkpoint}: in a draft the one
   * that this COMMIT brings; in a decoded record the newest that it names, brought or not.
   */
  record Commit(
      long epoch,
      long arenaSequence,
      long sizeBytes,
      List<Extent> extents,
      Optional<ObjectRef> extentsObject,
      Optional<Checkpoint> checkpoint)
      implements LogRecord {
    public Commit {
      Checks.atLeast(1, epoch, "epoch");
      Checks.atLeast(0, arenaSequence, "arena sequence");
      Checks.atLeast(0, sizeBytes, "size");
      extents = List.copyOf(extents);
      if (extentsObject.isPresent() && extentsObject.get().kind() != ObjectRef.Kind.MAP) {
        throw new IllegalArgumentException("extents in " + extentsObject.get());
      }
    }

    @Override
    public String kind() {
      return "COMMIT";
    }
  }

  /** Ends {@code epoch}: by its owner, or by anybody, who thereby fences it. */
  record Close(long epoch, String reason) implements LogRecord {
    public Close {
      Checks.atLeast(1, epoch, "epoch");
    }

    @Override
    public String kind() {
      return "CLOSE";
    }
  }

  /** {@code node} may open. */
  record Attach(String node, AttachMode mode) implements LogRecord {
    public Attach {
      Checks.notEmpty(node, "node");
    }

    @Override
    public String kind() {
      return "ATTACH";
    }
  }

  /** {@code node} may open no more, and owns the volume no more. */
  record Detach(String node) implements LogRecord {
    public Detach {
      Checks.notEmpty(node, "node");
    }

    @Override
    public String kind() {
      return "DETACH";
    }
  }

  /**
   * Keeps the state at {@code position} readable; 0: at this record's slot, else the position of a
   * live pin. {@code hold}: the HOLD that must be in force and that this ends, or empty.
   */
  record Pin(String name, String purpose, long position, String hold, long createdUnixMillis)
      implements LogRecord {
    public Pin {
      Checks.notEmpty(name, "name of a pin");
      Checks.atLeast(0, position, "position");
    }

    @Override
    public String kind() {
      return "PIN";
    }
  }

  /** Takes away the pin whose PIN lies in slot {@code pin}. */
  record Unpin(long pin) implements LogRecord {
    public Unpin {
      Checks.atLeast(1, pin, "pin");
    }

    @Override
    public String kind() {
      return "UNPIN";
    }
  }

  /**
   * No COMMIT from here on, until the group's PIN or a RELEASE: the barrier of a group snapshot.
   */
  record Hold(String group) implements LogRecord {
    public Hold {
      Checks.notEmpty(group, "group");
    }

    @Override
    public String kind() {
      return "HOLD";
    }
  }

  /** Ends the HOLD of {@code group}. */
  record Release(String group) implements LogRecord {
    public Release {
      Checks.notEmpty(group, "group");
    }

    @Override
    public String kind() {
      return "RELEASE";
    }
  }

  /** Changes what is there; an attribute with an empty value is removed, features are added. */
  record Set(
      OptionalLong sizeBytes,
      Optional<Rename> rename,
      SortedMap<String, String> attributes,
      SortedSet<String> features)
      implements LogRecord {
    public Set {
      if (sizeBytes.isPresent()) {
        Checks.atLeast(1, sizeBytes.getAsLong(), "size");
      }
      attributes = Sorted.copy(attributes);
      features = Sorted.copy(features);
    }

    @Override
    public String kind() {
      return "SET";
    }
  }

  /** A new name, and the one that the volume is presumed to have. */
  record Rename(String from, String to) {
    public Rename {
      Checks.notEmpty(to, "name");
    }
  }

  /** The volume is deleted: fences its owner; its data goes with its last pin. */
  record Retire(String reason) implements LogRecord {
    @Override
    public String kind() {
      return "RETIRE";
    }
  }
}
