package io.s3shard.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.VolumeId;
import io.s3shard.proto.v1.NameEntry;
import io.s3shard.proto.v1.PrefixFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * All decoders under Jazzer: one test, since a JVM fuzzes one. It fuzzes where JAZZER_FUZZ is set,
 * as in a run of its own of {@code ./dev test}; else it takes what we write ourselves.
 */
class DecodersFuzzTest {
  private static final VolumeId VOLUME = new VolumeId("000102030405060708090a0b0c0d0e0f");
  private static final int TRIES = 5_000;

  static Stream<Arguments> written() throws IOException {
    return Stream.of(seeds()).map(seed -> arguments((Object) seed));
  }

  @MethodSource("written")
  @FuzzTest(maxDuration = "55s")
  void anyDecoder(byte[] input) {
    Decoder.any(input);
  }

  /** Without a fuzzer, dice: what we write, spoiled here and there. */
  @Test
  void whatIsNearlyRightIsRefusedAndNothingElse() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    byte[][] seeds = seeds();
    for (int i = 0; i < TRIES; i++) {
      byte[] input = seeds[random.nextInt(seeds.length)].clone();
      for (int spoil = random.nextInt(4); spoil >= 0 && input.length > 1; spoil--) {
        int at = 1 + random.nextInt(input.length - 1);
        switch (random.nextInt(4)) {
          case 0 -> input[at] ^= (byte) (1 << random.nextInt(8));
          case 1 -> input[at] = (byte) random.nextInt(256);
          case 2 -> input[at] = (byte) (random.nextBoolean() ? 0xff : 0);
          default -> input = Arrays.copyOf(input, at + 1);
        }
      }
      try {
        Decoder.any(input);
      } catch (RuntimeException | Error e) {
        throw new AssertionError(
            "seed %d, try %d: %s".formatted(seed, i, Arrays.toString(input)), e);
      }
    }
  }

  private static byte[][] seeds() throws IOException {
    byte[] records = new byte[200];
    IntStream.range(0, records.length).forEach(i -> records[i] = (byte) (i * 7));
    byte[][] seeds = {
      Decoder.LOG.input(metadata("record-commit")),
      Decoder.LOG.input(metadata("record-open")),
      Decoder.LOG.input(metadata("record-pin")),
      Decoder.ROOT.input(metadata("root")),
      Decoder.PAGE.input(metadata("page")),
      Decoder.NAME.input(NameEntry.newBuilder().setVolumeId(VOLUME.value()).build().toByteArray()),
      Decoder.PREFIX.input(PrefixFormat.newBuilder().setVersion(1).build().toByteArray()),
      Decoder.CONTAINER.input(golden("object")),
      Decoder.KEY.input(
          "0000000000000002-0000000000000003-0000000000000004".getBytes(StandardCharsets.US_ASCII)),
      Decoder.ARENA.input(records),
    };
    assertThat(Arrays.stream(seeds).map(seed -> seed[0]).distinct().count())
        .isEqualTo(Decoder.values().length);
    return seeds;
  }

  /** The metadata of an object whose bytes are kept. */
  private static byte[] metadata(String name) throws IOException {
    byte[] object = golden(name);
    ByteBuffer footer = ByteBuffer.wrap(object).order(ByteOrder.LITTLE_ENDIAN);
    int length = (int) footer.getLong(object.length - ObjectFormat.FOOTER_BYTES + 16);
    int end = object.length - ObjectFormat.FOOTER_BYTES;
    return Arrays.copyOfRange(object, end - length, end);
  }

  private static byte[] golden(String name) throws IOException {
    try (InputStream in = DecodersFuzzTest.class.getResourceAsStream("/format/" + name + ".bin")) {
      return in.readAllBytes();
    }
  }
}
