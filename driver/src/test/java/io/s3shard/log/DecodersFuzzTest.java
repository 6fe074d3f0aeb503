package io.s3shard.log;

import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The decoders of this room under Jazzer; without fuzzing they run on what we write ourselves. */
class DecodersFuzzTest {
  static Stream<Arguments> written() throws Exception {
    return DecodersTest.seeds().stream().map(metadata -> arguments((Object) metadata));
  }

  @MethodSource("written")
  @FuzzTest(maxDuration = "20s")
  void metadata(byte[] metadata) {
    Decoders.all(metadata);
  }

  @FuzzTest(maxDuration = "10s")
  void wholeObjects(byte[] object) {
    Decoders.whole(object);
  }
}
