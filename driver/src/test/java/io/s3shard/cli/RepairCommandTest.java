package io.s3shard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.image.VolumeImage;
import io.s3shard.store.Body;
import io.s3shard.store.ListedObject;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import io.s3shard.testing.TestHost;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@code check} finds of snapshots, and what {@code --repair} mends. */
class RepairCommandTest {
  private static final String PREFIX = "s3://bucket/prefix";

  private final MemoryStore store = new MemoryStore();
  private final TestHost host = new TestHost(store, new ThreadExecution(), "n1");
  private final CommandRun command = CommandRun.on(store);
  private VolumeId id;

  @BeforeEach
  void create() {
    command.run("create", PREFIX, "a", "--size", "1MiB", "--chunk-size", "256KiB", "--json");
    id = new VolumeId(command.json().get("id").getAsString());
    write(1);
  }

  private void write(long seed) {
    VolumeImage image = host.opener().openForWriting(id, false);
    image.write(0, ByteBuffer.wrap(TestHost.random(1 << 20, seed)));
    image.close();
  }

  private JsonObject json(String... arguments) throws IOException {
    JsonObject json = command.run(arguments).json();
    assertThat(JsonSchema.problems(json)).isEmpty();
    return json;
  }

  private static JsonObject item(JsonObject list) {
    return list.getAsJsonArray("items").get(0).getAsJsonObject();
  }

  private void remove(String folder) {
    List<ObjectKey> keys =
        store.list(folder, null, 1000, Purpose.MAP).stream().map(ListedObject::key).toList();
    assertThat(keys).isNotEmpty();
    store.delete(keys, Purpose.BACKGROUND);
  }

  @Test
  void aSnapshotsStateIsCheckedToo() throws IOException {
    command.run("snapshot", "create", PREFIX, "a", "s");
    List<ListedObject> old = store.list("volumes/" + id + "/data/", null, 100, Purpose.MAP);
    write(2);
    assertThat(json("check", PREFIX, "--json").getAsJsonArray("items")).hasSize(2);
    assertThat(command.exit()).isZero();

    store.delete(List.of(old.getFirst().key()), Purpose.BACKGROUND);
    for (String how : List.of("--json", "--fast")) {
      JsonObject found = json("check", PREFIX, "--json", how);
      assertThat(command.exit()).isEqualTo(7);
      assertThat(item(found).getAsJsonArray("lost")).as("the present state").isEmpty();
      JsonObject pinned = found.getAsJsonArray("items").get(1).getAsJsonObject();
      assertThat(pinned.get("name").getAsString()).isEqualTo("a@s");
      assertThat(pinned.getAsJsonArray("lost")).isNotEmpty();
    }
    command.run("rm", PREFIX, "a", "--yes");
    assertThat(command.run("check", PREFIX).out()).as("also of a deleted one").contains(id + "@s");
    assertThat(command.exit()).isEqualTo(7);
  }

  @Test
  void repairEntersALostNameAndDeletesOrphans() throws IOException {
    remove("names/");
    assertThat(command.run("ls", PREFIX, "-o", "name").out()).isEmpty();
    JsonObject would = json("check", PREFIX, "--repair", "--dry-run", "--json");
    assertThat(would.getAsJsonArray("repairs").toString()).contains("its name was lost");
    assertThat(command.run("ls", PREFIX, "-o", "name").out()).as("only told").isEmpty();

    ObjectKey orphan = Layout.data(id, 2, 2, 1 << 20);
    store.put(orphan, Body.of(ByteBuffer.wrap(new byte[100])), Purpose.FLUSH);
    JsonObject done = json("check", PREFIX, "--repair", "--json");
    assertThat(done.getAsJsonArray("repairs"))
        .allSatisfy(one -> assertThat(one.getAsJsonObject().get("mended").getAsBoolean()).isTrue());
    assertThat(done.getAsJsonArray("items")).as("it has its name again").hasSize(1);
    assertThat(command.exit()).isZero();
    assertThat(command.run("ls", PREFIX, "-o", "name").out()).isEqualTo("a\n");
    assertThat(store.list(orphan.value(), null, 1, Purpose.MAP)).isEmpty();
    assertThat(json("check", PREFIX, "--repair", "--json").getAsJsonArray("repairs")).isEmpty();
  }

  @Test
  void repairSaysWhatItCantMend() throws IOException {
    command.run("create", PREFIX, "b", "--size", "1MiB");
    remove("volumes/" + id + "/log/");
    JsonObject found = json("check", PREFIX, "--repair", "--json");
    assertThat(command.exit()).isEqualTo(7);
    assertThat(found.getAsJsonArray("repairs").toString()).contains("its log is lost");
    assertThat(store.list("volumes/" + id + "/data/", null, 1, Purpose.MAP))
        .as("it may be brought back")
        .isNotEmpty();
    assertThat(command.run("check", PREFIX, "b", "--repair").exit()).isEqualTo(2);
  }

  @Test
  void oneDamagedLogDoesNotKeepTheOthersFromBeingMended() throws IOException {
    command.run("create", PREFIX, "b", "--size", "1MiB", "--json");
    VolumeId other = new VolumeId(command.json().get("id").getAsString());
    for (ListedObject object : store.list("volumes/" + id + "/log/", null, 100, Purpose.MAP)) {
      store.put(object.key(), Body.of(ByteBuffer.wrap(new byte[100])), Purpose.FLUSH);
    }
    remove("names/b");
    JsonObject found = json("check", PREFIX, "--repair", "--dry-run", "--json");
    assertThat(found.getAsJsonArray("repairs").toString())
        .contains(other.value() + "\",\"what\":\"its name was lost\",\"mended\":true")
        .contains(id.value() + "\",\"what\":\"object volumes/");
    assertThat(command.run("gc", PREFIX).exit()).isEqualTo(9);
  }
}
