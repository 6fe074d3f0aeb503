package io.s3shard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.s3shard.execution.Execution;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.VolumeId;
import io.s3shard.image.VolumeImage;
import io.s3shard.store.Body;
import io.s3shard.store.ByteRange;
import io.s3shard.store.ListedObject;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.testing.ForwardingStore;
import io.s3shard.testing.TestHost;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What check says of volumes that are whole, damaged, and written to meanwhile. */
class CheckCommandTest {
  private static final String PREFIX = "s3://bucket/prefix";
  private static final int CHUNK = TestHost.CHUNK_BYTES;

  private final MemoryStore store = new MemoryStore();
  private final Execution execution = new ThreadExecution();
  private final TestHost host = new TestHost(store, execution, "n1");
  private final CommandRun command = CommandRun.on(store);
  private VolumeId id;

  /** Ten whole chunks, and small writes over them. */
  @BeforeEach
  void fill() throws IOException {
    command.run("create", PREFIX, "a", "--size", "4MiB", "--chunk-size", "256KiB", "--json");
    id = new VolumeId(command.json().get("id").getAsString());
    VolumeImage image = host.opener().openForWriting(id, false);
    image.write(0, ByteBuffer.wrap(TestHost.random(10 * CHUNK, 1)));
    image.flush();
    for (int i = 0; i < 60; i++) {
      image.write(i * 40_960L, ByteBuffer.wrap(TestHost.random(4096, 2 + i)));
      image.flush();
    }
    image.close();
  }

  private List<ListedObject> objects(String folder) {
    return store.list("volumes/" + id + "/" + folder + "/", null, 1000, Purpose.MAP);
  }

  /** A whole chunk. */
  private ObjectKey chunk() {
    return objects("data").stream()
        .max(Comparator.comparingLong(ListedObject::sizeBytes))
        .orElseThrow()
        .key();
  }

  private void change(ObjectKey key, int length, int flipAt) {
    ByteBuffer whole = store.get(key, Purpose.MAP).body();
    byte[] bytes = new byte[whole.remaining()];
    whole.get(bytes);
    if (flipAt >= 0) {
      bytes[flipAt] ^= 1;
    }
    store.put(
        key, Body.of(ByteBuffer.wrap(bytes, 0, length < 0 ? bytes.length : length)), Purpose.FLUSH);
  }

  private JsonArray lost(String... more) throws IOException {
    String[] arguments = {"check", PREFIX, "--json"};
    String[] all = Arrays.copyOf(arguments, 3 + more.length);
    System.arraycopy(more, 0, all, 3, more.length);
    JsonObject json = command.run(all).json();
    assertThat(JsonSchema.problems(json)).isEmpty();
    JsonArray lost = json.getAsJsonArray("items").get(0).getAsJsonObject().getAsJsonArray("lost");
    assertThat(command.exit()).isEqualTo(lost.isEmpty() ? 0 : 7);
    return lost;
  }

  @Test
  void aWholeVolumeIsGood() throws IOException {
    assertThat(lost()).isEmpty();
    assertThat(lost("--fast")).isEmpty();
    JsonObject item = command.run("check", PREFIX, "a", "--json").json();
    JsonObject volume = item.getAsJsonArray("items").get(0).getAsJsonObject();
    assertThat(volume.get("verifiedBytes").getAsLong()).isEqualTo(10L * CHUNK);
    assertThat(command.run("check", PREFIX).out()).contains("ok").contains("2.5MiB in ");
    assertThat(command.err()).as("no bar where nobody looks").isEmpty();
  }

  @Test
  void aFlippedBitIsFoundAndItsBytesAreNamed() throws IOException {
    change(chunk(), -1, 40_000);
    JsonArray lost = lost();
    assertThat(lost).isNotEmpty();
    long bytes = 0;
    for (var range : lost) {
      bytes += range.getAsJsonObject().get("length").getAsLong();
    }
    assertThat(bytes).as("a frame, less what lies in other objects").isBetween(4096L, 32_768L);
    assertThat(lost.toString()).contains("does not match its checksum");
    assertThat(command.run("check", PREFIX).out()).contains("DAMAGED").contains("bytes ");
    assertThat(lost("--fast")).as("a listing can't see it").isEmpty();
  }

  @Test
  void missingAndTruncatedObjectsAreFoundByBoth() throws IOException {
    change(chunk(), 1000, -1);
    assertThat(lost()).isNotEmpty();
    assertThat(lost("--fast").toString()).contains("is truncated to 1000 bytes");
    store.delete(List.of(chunk()), Purpose.BACKGROUND);
    assertThat(lost().toString()).contains("data/");
    assertThat(lost("--fast").toString()).contains("there is no object");
  }

  @Test
  void aMapThatCantBeReadIsDamage() throws IOException {
    for (ListedObject object : objects("map")) {
      change(object.key(), -1, 30);
    }
    assertThat(lost()).hasSize(1);
    assertThat(lost().get(0).getAsJsonObject().get("length").getAsLong()).isEqualTo(4L << 20);
  }

  @Test
  void aVolumeThatIsWrittenMeanwhileIsGood() throws IOException {
    VolumeImage image = host.opener().openForWriting(id, false);
    ObjectStore busy =
        new ForwardingStore(store) {
          private int rounds;

          @Override
          public ByteBuffer get(ObjectKey key, ByteRange range, Purpose purpose) {
            synchronized (this) {
              if (purpose == Purpose.BACKGROUND && rounds < 3) {
                rounds++;
                image.write(0, ByteBuffer.wrap(TestHost.random(10 * CHUNK, 90 + rounds)));
                image.flush();
                for (ListedObject object : objects("data")) {
                  if (object.key().equals(key)) {
                    store.delete(List.of(key), Purpose.BACKGROUND);
                  }
                }
              }
            }
            return super.get(key, range, purpose);
          }
        };
    JsonObject json = CommandRun.on(busy).run("check", PREFIX, "a", "--json").json();
    assertThat(json.getAsJsonArray("items").get(0).getAsJsonObject().getAsJsonArray("lost"))
        .isEmpty();
    image.close();
  }
}
