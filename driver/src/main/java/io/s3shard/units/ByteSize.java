package io.s3shard.units;

import io.s3shard.error.InvalidRequest;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sizes as people write and read them. A unit is required: tools disagree on what a bare number, or
 * a bare {@code K}, means, and a wrong guess makes a volume a thousand times too small.
 */
public final class ByteSize {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,9})?)([A-Za-z]*)");
  private static final Map<String, Long> UNITS =
      Map.ofEntries(
          Map.entry("B", 1L),
          Map.entry("kB", 1_000L),
          Map.entry("KB", 1_000L),
          Map.entry("MB", 1_000_000L),
          Map.entry("GB", 1_000_000_000L),
          Map.entry("TB", 1_000_000_000_000L),
          Map.entry("Ki", 1L << 10),
          Map.entry("Mi", 1L << 20),
          Map.entry("Gi", 1L << 30),
          Map.entry("Ti", 1L << 40),
          Map.entry("KiB", 1L << 10),
          Map.entry("MiB", 1L << 20),
          Map.entry("GiB", 1L << 30),
          Map.entry("TiB", 1L << 40));
  private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private ByteSize() {}

  /**
   * Bytes of {@code text}, such as {@code 4MiB}, {@code 1GB}, {@code 10Gi}. @throws InvalidRequest
   * with what is allowed
   */
  public static long parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new InvalidRequest(
          "\"" + text + "\" is no size: write a number and a unit, such as 512MiB, 10Gi or 1GB");
    }
    Long unit = UNITS.get(form.group(2));
    if (text.equals("0")) {
      return 0;
    }
    if (unit == null && form.group(2).isEmpty()) {
      throw new InvalidRequest(
          "the size "
              + text
              + " has no unit: write "
              + text
              + "B, "
              + text
              + "MiB or "
              + text
              + "GiB");
    }
    if (unit == null) {
      throw new InvalidRequest(
          "the size "
              + text
              + " has an unknown unit: use B, KiB, MiB, GiB, TiB (binary) or KB, MB, GB, TB (decimal)");
    }
    BigDecimal bytes = new BigDecimal(form.group(1)).multiply(BigDecimal.valueOf(unit));
    try {
      return bytes.longValueExact();
    } catch (ArithmeticException e) {
      throw new InvalidRequest(
          "the size " + text + " is no whole number of bytes, or too large", e);
    }
  }

  /** For people: {@code 4MiB}, {@code 1.5GiB}. */
  public static String format(long bytes) {
    int unit = 0;
    double value = bytes;
    while (value >= 1024 && unit < BINARY.length - 1) {
      value /= 1024;
      unit++;
    }
    boolean whole = value == Math.rint(value);
    return (whole ? String.valueOf((long) value) : String.format(Locale.ROOT, "%.1f", value))
        + BINARY[unit];
  }
}
