package io.s3shard.log;

import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Who opens a volume. {@code id}: 16 random bytes as 32 hexadecimal digits, new at every open;
 * {@code host} is the machine's id, {@code boot} its boot's; {@code process} is for people.
 */
public record Writer(String id, String node, String host, String boot, String process) {
  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

  public Writer {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException("\"" + id + "\" is no writer's id: 32 hexadecimal digits");
    }
  }

  /** An id of 16 random bytes. */
  public static String id(byte[] random) {
    return HexFormat.of().formatHex(random, 0, 16);
  }
}
