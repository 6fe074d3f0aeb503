package io.s3shard.volume;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;

/**
 * A change of an image's attributes: what is empty stays. {@code xattrs}: all of them, as in {@link
 * ImageEntry}.
 */
public record ImageAttributes(
    OptionalInt mode,
    OptionalInt uid,
    OptionalInt gid,
    Optional<Instant> modified,
    Optional<SortedMap<String, String>> xattrs) {
  public static final ImageAttributes NONE =
      new ImageAttributes(
          OptionalInt.empty(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          Optional.empty(),
          Optional.empty());
}
