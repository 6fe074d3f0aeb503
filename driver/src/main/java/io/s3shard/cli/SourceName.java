package io.s3shard.cli;

import io.s3shard.error.InvalidRequest;
import java.util.Optional;

/**
 * What a copy is made of, as commands write it: {@code fs.img}, the volume's present state, or
 * {@code fs.img@monday}, a snapshot of it. A volume that has an "@" in its name is written with one
 * more behind it: {@code we@ird@}.
 */
record SourceName(String volume, Optional<String> snapshot) {
  /**
   * @throws InvalidRequest if it names nothing
   */
  static SourceName parse(String text) {
    int at = text.lastIndexOf('@');
    String volume = at < 0 ? text : text.substring(0, at);
    String snapshot = at < 0 ? "" : text.substring(at + 1);
    if (volume.isEmpty()) {
      throw new InvalidRequest(
          "\"" + text + "\" is no source: write VOLUME or VOLUME@SNAPSHOT, such as fs.img@monday");
    }
    return new SourceName(volume, snapshot.isEmpty() ? Optional.empty() : Optional.of(snapshot));
  }
}
