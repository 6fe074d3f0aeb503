package io.s3shard.cli;

import io.s3shard.error.InvalidRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The arguments as they were typed. Java decodes them by the locale, and in the C locale turns all
 * but ASCII into question marks: a volume would get another name than the user wrote, without a
 * word.
 */
final class Arguments {
  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

  private Arguments() {}

  /**
   * {@code decoded} with its characters put right. @throws InvalidRequest if an argument is not
   * valid UTF-8
   */
  static List<String> typed(String[] decoded) {
    try {
      return typed(decoded, Files.readAllBytes(COMMAND_LINE));
    } catch (IOException noProc) {
      return List.of(decoded);
    }
  }

  /** The last of the strings in {@code commandLine}, each of which ends with a zero byte. */
  static List<String> typed(String[] decoded, byte[] commandLine) {
    List<ByteBuffer> raw = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < commandLine.length; i++) {
      if (commandLine[i] == 0) {
        raw.add(ByteBuffer.wrap(commandLine, start, i - start));
        start = i + 1;
      }
    }
    if (raw.size() < decoded.length) {
      return List.of(decoded);
    }
    return raw.subList(raw.size() - decoded.length, raw.size()).stream()
        .map(Arguments::utf8)
        .toList();
  }

  private static String utf8(ByteBuffer raw) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(raw.duplicate()).toString();
    } catch (CharacterCodingException e) {
      String shown = StandardCharsets.UTF_8.decode(raw).toString();
      throw new InvalidRequest(
          "the argument \"" + Table.printable(shown) + "\" is not valid UTF-8: names must be", e);
    }
  }
}
