package io.s3shard.volume;

import io.s3shard.format.Layout;
import io.s3shard.log.CloneSource;
import io.s3shard.log.LivePin;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeState;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A clone that is to be made.
 *
 * @param sizeBytes its size; what is less than its source's counts as that
 * @param requiresAttach whether only a node that it is attached to may open it
 * @param attributes besides those of a file, which it has of its source
 */
public record NewClone(
    String name, long sizeBytes, boolean requiresAttach, SortedMap<String, String> attributes) {
  /**
   * @throws io.s3shard.error.InvalidRequest with what is allowed
   */
  public NewClone {
    Layout.name(name);
    VolumeLimits.checkSize(sizeBytes);
    attributes = new TreeMap<>(attributes);
  }

  /** As large as its source, and for everybody. */
  public static NewClone of(String name) {
    return new NewClone(name, 0, false, new TreeMap<>());
  }

  /** {@code pin}: of {@code source}, for this clone. */
  LogRecord.Create record(Volume source, LivePin pin, Instant now) {
    VolumeState of = source.state();
    SortedMap<String, String> all = PosixAttributes.alone(of.attributes());
    all.putAll(attributes);
    return new LogRecord.Create(
        of.chunkSizeBytes(),
        Math.max(sizeBytes, pin.sizeBytes()),
        name,
        requiresAttach,
        Optional.of(
            new CloneSource(
                source.id(),
                pin.position(),
                pin.slot(),
                of.source().map(CloneSource::ancestors).orElse(0))),
        all,
        of.features(),
        now.toEpochMilli(),
        false);
  }
}
