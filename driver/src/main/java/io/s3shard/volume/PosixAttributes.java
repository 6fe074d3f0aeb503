package io.s3shard.volume;

import io.s3shard.error.InvalidRequest;
import io.s3shard.log.VolumeState;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a file has besides its bytes, as attributes of its volume: {@code posix.mode} (octal),
 * {@code posix.uid}, {@code posix.gid}, {@code posix.mtime} (milliseconds since 1970) and {@code
 * xattr.<name>}, whose value is led by "=" because an empty value removes an attribute.
 */
final class PosixAttributes {
  /** All extended attributes of an image, names and values: each COMMIT carries them. */
  static final int XATTRS_MAX_BYTES = 1024;

  private static final String POSIX = "posix.";
  private static final String MODE = "posix.mode";
  private static final String UID = "posix.uid";
  private static final String GID = "posix.gid";
  private static final String MODIFIED = "posix.mtime";
  private static final String XATTR = "xattr.";
  private static final int DEFAULT_MODE = 0600;

  private PosixAttributes() {}

  static ImageEntry entry(Volume volume) {
    VolumeState state = volume.state();
    SortedMap<String, String> attributes = state.attributes();
    return new ImageEntry(
        state.name(),
        volume.id(),
        state.sizeBytes(),
        number(attributes, MODE, 8, DEFAULT_MODE),
        number(attributes, UID, 10, 0),
        number(attributes, GID, 10, 0),
        Instant.ofEpochMilli(modified(state)),
        xattrs(attributes));
  }

  /** {@code entry} as it is after {@code change}. */
  static ImageEntry changed(ImageEntry entry, ImageAttributes change) {
    return new ImageEntry(
        entry.name(),
        entry.id(),
        entry.sizeBytes(),
        change.mode().orElse(entry.mode()),
        change.uid().orElse(entry.uid()),
        change.gid().orElse(entry.gid()),
        change.modified().orElse(entry.modified()),
        change.xattrs().orElse(entry.xattrs()));
  }

  /** Both changes as one. */
  static ImageAttributes merged(ImageAttributes earlier, ImageAttributes later) {
    return new ImageAttributes(
        later.mode().isPresent() ? later.mode() : earlier.mode(),
        later.uid().isPresent() ? later.uid() : earlier.uid(),
        later.gid().isPresent() ? later.gid() : earlier.gid(),
        later.modified().or(earlier::modified),
        later.xattrs().or(earlier::xattrs));
  }

  /**
   * What a SET has to say so that {@code state} becomes as {@code change} wants; empty: it is so
   * already.
   */
  static SortedMap<String, String> toSet(VolumeState state, ImageAttributes change) {
    SortedMap<String, String> wanted = encoded(change);
    change
        .xattrs()
        .ifPresent(kept ->
            state.attributes().keySet().stream()
                .filter(key ->
                    key.startsWith(XATTR) && !kept.containsKey(key.substring(XATTR.length())))
                .forEach(key -> wanted.put(key, "")));
    wanted
        .entrySet()
        .removeIf(e -> e.getValue().equals(state.attributes().getOrDefault(e.getKey(), "")));
    return wanted;
  }

  /**
   * @throws InvalidRequest if the extended attributes are too large
   */
  static SortedMap<String, String> encoded(ImageAttributes change) {
    SortedMap<String, String> attributes = new TreeMap<>();
    change.mode().ifPresent(mode -> attributes.put(MODE, Integer.toOctalString(mode)));
    change.uid().ifPresent(uid -> attributes.put(UID, Integer.toUnsignedString(uid)));
    change.gid().ifPresent(gid -> attributes.put(GID, Integer.toUnsignedString(gid)));
    change
        .modified()
        .ifPresent(time -> attributes.put(MODIFIED, Long.toString(time.toEpochMilli())));
    change
        .xattrs()
        .ifPresent(
            xattrs -> xattrs.forEach((name, value) -> attributes.put(XATTR + name, "=" + value)));
    checkXattrs(change);
    return attributes;
  }

  static ImageAttributes of(int mode, int uid, int gid, Instant modified) {
    return new ImageAttributes(
        OptionalInt.of(mode),
        OptionalInt.of(uid),
        OptionalInt.of(gid),
        Optional.of(modified),
        Optional.empty());
  }

  /** Those of {@code attributes} that are a file's. */
  static SortedMap<String, String> alone(SortedMap<String, String> attributes) {
    SortedMap<String, String> files = new TreeMap<>();
    attributes.forEach((key, value) -> {
      if (key.startsWith(POSIX) || key.startsWith(XATTR)) {
        files.put(key, value);
      }
    });
    return files;
  }

  private static void checkXattrs(ImageAttributes change) {
    int bytes = 0;
    for (var xattr : change.xattrs().orElse(new TreeMap<>()).entrySet()) {
      bytes += xattr.getKey().length() + xattr.getValue().length();
    }
    if (bytes > XATTRS_MAX_BYTES) {
      throw new InvalidRequest(
          "the extended attributes are "
              + bytes
              + " bytes, an image can have "
              + XATTRS_MAX_BYTES
              + " in all");
    }
  }

  private static long modified(VolumeState state) {
    String value = state.attributes().get(MODIFIED);
    try {
      return value == null ? state.createdUnixMillis() : Long.parseLong(value);
    } catch (NumberFormatException setByOthers) {
      return state.createdUnixMillis();
    }
  }

  private static int number(
      SortedMap<String, String> attributes, String key, int radix, int otherwise) {
    String value = attributes.get(key);
    try {
      return value == null ? otherwise : Integer.parseUnsignedInt(value, radix);
    } catch (NumberFormatException setByOthers) {
      return otherwise;
    }
  }

  private static SortedMap<String, String> xattrs(SortedMap<String, String> attributes) {
    SortedMap<String, String> xattrs = new TreeMap<>();
    attributes.forEach((key, value) -> {
      if (key.startsWith(XATTR) && value.startsWith("=")) {
        xattrs.put(key.substring(XATTR.length()), value.substring(1));
      }
    });
    return xattrs;
  }
}
