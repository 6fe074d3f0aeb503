package io.s3shard.format;

import java.util.HexFormat;
import java.util.regex.Pattern;

/** The id of a volume: 16 random bytes as 32 hexadecimal digits, never used again. */
public record VolumeId(String value) implements Comparable<VolumeId> {
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{32}");

  public VolumeId {
    if (!isValid(value)) {
      throw new IllegalArgumentException(
          "\"" + value + "\" is no volume id: 32 hexadecimal digits");
    }
  }

  public static boolean isValid(String value) {
    return FORM.matcher(value).matches();
  }

  /** An id of 16 random bytes. */
  public static VolumeId of(byte[] random) {
    return new VolumeId(HexFormat.of().formatHex(random, 0, 16));
  }

  @Override
  public int compareTo(VolumeId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
