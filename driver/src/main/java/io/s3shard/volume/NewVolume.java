package io.s3shard.volume;

import io.s3shard.format.Layout;
import io.s3shard.log.LogRecord;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is asked of a volume that is to be made. Size 0 is allowed here: a file begins empty and
 * grows.
 *
 * @param requiresAttach whether only a node that it is attached to may open it
 * @throws io.s3shard.error.InvalidRequest with what is allowed
 */
public record NewVolume(
    String name,
    long sizeBytes,
    int chunkSizeBytes,
    boolean requiresAttach,
    SortedMap<String, String> attributes) {
  public NewVolume {
    Layout.name(name);
    VolumeLimits.checkSize(sizeBytes);
    VolumeLimits.checkChunkSize(chunkSizeBytes);
    attributes = new TreeMap<>(attributes);
  }

  /** For everybody. */
  public NewVolume(
      String name, long sizeBytes, int chunkSizeBytes, SortedMap<String, String> attributes) {
    this(name, sizeBytes, chunkSizeBytes, false, attributes);
  }

  /** With the default chunk size and no attributes. */
  public static NewVolume of(String name, long sizeBytes) {
    return new NewVolume(name, sizeBytes, VolumeLimits.CHUNK_DEFAULT_BYTES, new TreeMap<>());
  }

  LogRecord.Create record(Instant now) {
    return new LogRecord.Create(
        chunkSizeBytes,
        sizeBytes,
        name,
        requiresAttach,
        Optional.empty(),
        attributes,
        new TreeSet<>(),
        now.toEpochMilli(),
        false);
  }
}
