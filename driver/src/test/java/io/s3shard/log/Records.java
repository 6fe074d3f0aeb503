package io.s3shard.log;

import io.s3shard.format.BlockRange;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/** Records for tests. */
final class Records {
  static final VolumeId VOLUME = new VolumeId("0123456789abcdef0123456789abcdef");
  static final VolumeId OTHER = new VolumeId("fedcba9876543210fedcba9876543210");
  static final long SIZE = 1 << 20;
  static final int CHUNK = 4 << 20;

  private Records() {}

  static LogRecord.Create create() {
    return create(false, false);
  }

  static LogRecord.Create create(boolean requiresAttach, boolean abandoned) {
    return new LogRecord.Create(
        CHUNK,
        SIZE,
        "fs.img",
        requiresAttach,
        Optional.empty(),
        new TreeMap<>(),
        new TreeSet<>(),
        1,
        abandoned);
  }

  /** A writer on {@code node} whose id is made of {@code number}. */
  static Writer writer(String node, int number) {
    return new Writer(
        String.format("%032x", number), node, "host-" + node, "boot-" + node, "process " + number);
  }

  static LogRecord.Open open(String node, long presumedEpoch) {
    return new LogRecord.Open(writer(node, 1), presumedEpoch, false, 2);
  }

  static LogRecord.Open takeover(String node, long presumedEpoch) {
    return new LogRecord.Open(writer(node, 2), presumedEpoch, true, 3);
  }

  static LogRecord.Commit commit(long epoch, long arenaSequence, long sizeBytes) {
    return new LogRecord.Commit(
        epoch, arenaSequence, sizeBytes, List.of(), Optional.empty(), Optional.empty());
  }

  /** One block, in an object that the commit's number names. */
  static LogRecord.Commit write(long epoch, long number) {
    Extent extent =
        Extent.of(new BlockRange(number, 1), ObjectRef.data(VOLUME, epoch, epoch, number, 1), 0);
    return new LogRecord.Commit(
        epoch, number, SIZE, List.of(extent), Optional.empty(), Optional.empty());
  }

  static LogRecord.Commit checkpoint(long epoch, long covers) {
    Checkpoint checkpoint = new Checkpoint(ObjectRef.map(VOLUME, epoch, covers, 9), covers);
    return new LogRecord.Commit(
        epoch, 0, SIZE, List.of(), Optional.empty(), Optional.of(checkpoint));
  }

  static LogRecord.Pin pin(String name) {
    return new LogRecord.Pin(name, "snapshot", 0, "", 4);
  }

  static LogRecord.Pin pin(String name, long position, String hold) {
    return new LogRecord.Pin(name, "snapshot", position, hold, 4);
  }

  static LogRecord.Set size(long sizeBytes) {
    return new LogRecord.Set(
        OptionalLong.of(sizeBytes), Optional.empty(), new TreeMap<>(), new TreeSet<>());
  }

  static LogRecord.Set rename(String from, String to) {
    Optional<LogRecord.Rename> rename = Optional.of(new LogRecord.Rename(from, to));
    return new LogRecord.Set(OptionalLong.empty(), rename, new TreeMap<>(), new TreeSet<>());
  }

  static LogRecord.Set attribute(String key, String value) {
    TreeMap<String, String> attributes = new TreeMap<>();
    attributes.put(key, value);
    return new LogRecord.Set(OptionalLong.empty(), Optional.empty(), attributes, new TreeSet<>());
  }

  /** The state after CREATE and these records, standing or void. */
  static VolumeState after(LogRecord... records) {
    return after(create(), records);
  }

  static VolumeState after(LogRecord.Create create, LogRecord... records) {
    VolumeState state = VolumeState.of(create);
    for (LogRecord record : records) {
      state = state.apply(state.tail() + 1, record);
    }
    return state;
  }
}
