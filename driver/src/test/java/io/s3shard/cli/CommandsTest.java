package io.s3shard.cli;

import static java.lang.ProcessBuilder.Redirect.DISCARD;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.execution.Execution;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.log.LogRecord;
import io.s3shard.log.Opening;
import io.s3shard.log.OwnerSettings;
import io.s3shard.log.VolumeLog;
import io.s3shard.log.Writer;
import io.s3shard.store.Body;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.MeteredStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import io.s3shard.store.StoreMeter;
import io.s3shard.testing.ForwardingStore;
import io.s3shard.volume.Volumes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands on volumes: what they do, what they print, how they end. */
class CommandsTest {
  private static final String PREFIX = "s3://bucket/prefix";

  @TempDir Path folder;

  private final MemoryStore store = new MemoryStore();
  private final Execution execution = new ThreadExecution();
  private final CommandRun command = CommandRun.on(store);

  @Test
  void createPrintsTheVolume() throws IOException {
    command.run("create", PREFIX, "fs.img", "--size", "10Gi", "--json");
    assertThat(command.exit()).isZero();
    assertThat(command.err()).isEmpty();
    JsonObject json = command.json();
    assertThat(JsonSchema.problems(json)).isEmpty();
    assertThat(json.get("sizeBytes").getAsLong()).isEqualTo(10L << 30);
    assertThat(json.get("chunkSizeBytes").getAsInt()).isEqualTo(4 << 20);
    assertThat(json.get("state").getAsString()).isEqualTo("closed");
  }

  @Test
  void lsListsInEachForm() throws IOException {
    create("a");
    create("ü b");
    assertThat(command.run("ls", PREFIX).out())
        .matches(
            "(?s)NAME +SIZE +STATE +HOLDER +CREATED\\Ra +1GiB +closed +- +20.*\\Rü b +1GiB +closed.*");
    assertThat(command.run("ls", PREFIX, "-o", "name").out().lines()).containsExactly("a", "ü b");
    assertThat(command.run("ls", PREFIX, "-o", "yaml").out())
        .contains("kind: \"VolumeList\"", "- name: \"a\"");
    command.run("ls", PREFIX, "--json");
    assertThat(JsonSchema.problems(command.json())).isEmpty();
    assertThat(command.json().getAsJsonArray("items")).hasSize(2);
  }

  @Test
  void oneDamagedVolumeDoesNotHideTheOthers() throws IOException {
    create("a");
    create("b");
    ObjectKey log = Layout.log(id("a"), 1);
    store.put(log, Body.of(new byte[100]), Purpose.LOG);
    command.run("ls", PREFIX, "-o", "name");
    assertThat(command.exit()).isEqualTo(ExitCode.DAMAGED.number());
    assertThat(command.out().lines()).containsExactly("b");
    assertThat(command.err()).contains("\"a\": ", log.value());
  }

  @Test
  void infoShowsHolderPinsAndUse() throws IOException {
    create("a");
    VolumeId id = id("a");
    new VolumeLog(id, store, execution)
        .append(
            state -> new LogRecord.Pin("monday", "snapshot", 0, "", 0),
            (state, slot) -> state.pins().count() == 1);
    open("a");
    JsonObject json = command.run("info", PREFIX, "a", "--json").json();
    assertThat(JsonSchema.problems(json)).isEmpty();
    assertThat(json.getAsJsonObject("holder").get("node").getAsString()).isEqualTo("n1");
    assertThat(json.getAsJsonObject("stored").getAsJsonObject("log").get("objects").getAsInt())
        .isEqualTo(3);
    assertThat(json.getAsJsonObject("price").get("storageDollarsADay").getAsDouble())
        .isPositive()
        .isLessThan(0.0001);
    assertThat(command.run("info", PREFIX, "a").out())
        .contains("open", "by node n1 (test) since", "monday (snapshot)", "$0.0000 a day to keep");
  }

  @Test
  void resizeGrows() throws IOException {
    create("a");
    JsonObject json = command.run("resize", PREFIX, "a", "2GiB", "--json").json();
    assertThat(JsonSchema.problems(json)).isEmpty();
    assertThat(json.get("sizeBytes").getAsLong()).isEqualTo(2L << 30);
  }

  @Test
  void detachSaysWhomItFenced() throws IOException {
    create("a");
    open("a");
    command.run("detach", PREFIX, "a");
    assertThat(command.exit()).isEqualTo(4);
    assertThat(command.err())
        .startsWith("s3shard: \"a\" is open by node n1 (test) since ")
        .contains("--force");
    JsonObject json = command.run("detach", PREFIX, "a", "--force", "--json").json();
    assertThat(JsonSchema.problems(json)).isEmpty();
    assertThat(json.get("detached").getAsBoolean()).isTrue();
    assertThat(command.run("detach", PREFIX, "a", "--force").out())
        .isEqualTo("a  nothing to do: it is not open\n");
    assertThat(command.exit()).isZero();
  }

  @Test
  void snapshotsComeAndGo() throws IOException {
    create("a");
    create("b");
    JsonObject taken = command.run("snapshot", "create", PREFIX, "a", "monday", "--json").json();
    assertThat(JsonSchema.problems(taken)).isEmpty();
    assertThat(taken.get("sizeBytes").getAsLong()).isEqualTo(1 << 30);
    command.run("snapshot", "create", PREFIX, "b", "monday");
    command.run("snapshot", "create", PREFIX, "a", "tuesday");
    assertThat(command.out()).startsWith("snapshot  a@tuesday\nsize      1GiB\ncreated   20");
    assertThat(command.run("snapshot", "ls", PREFIX, "-o", "name").out().lines())
        .containsExactly("a@monday", "a@tuesday", "b@monday");
    JsonObject list = command.run("snapshot", "ls", PREFIX, "a", "--json").json();
    assertThat(JsonSchema.problems(list)).isEmpty();
    assertThat(list.getAsJsonArray("items")).hasSize(2);

    assertThat(command.run("snapshot", "create", PREFIX, "a", "monday").exit()).isEqualTo(4);
    assertThat(command.run("snapshot", "create", PREFIX, "a", "x/y").exit()).isEqualTo(2);
    assertThat(command.run("snapshot", "create", PREFIX, "c", "monday").exit()).isEqualTo(3);
    assertThat(command.run("snapshot", "ls", PREFIX, "c").exit()).isEqualTo(3);
    assertThat(command.run("snapshot").exit()).isEqualTo(2);

    assertThat(command.run("snapshot", "rm", PREFIX, "a", "monday", "friday").exit())
        .as("all or none")
        .isEqualTo(3);
    command.run("snapshot", "rm", PREFIX, "a", "monday", "tuesday", "-o", "name");
    assertThat(command.out().lines()).containsExactly("a@monday", "a@tuesday");
    assertThat(command.run("snapshot", "ls", PREFIX, "-o", "name").out().lines())
        .containsExactly("b@monday");
  }

  @Test
  void clonesAreMadeOfVolumesAndOfSnapshots() throws IOException {
    create("a");
    command.run("snapshot", "create", PREFIX, "a", "monday");
    command.run("resize", PREFIX, "a", "2GiB");
    JsonObject clone = command.run("clone", PREFIX, "a", "b", "--json").json();
    assertThat(JsonSchema.problems(clone)).isEmpty();
    assertThat(clone.get("sizeBytes").getAsLong()).isEqualTo(2L << 30);
    JsonObject source = clone.getAsJsonObject("source");
    assertThat(source.get("volumeId").getAsString()).isEqualTo(id("a").value());
    clone = command.run("clone", PREFIX, "a@monday", "c", "--size", "3GiB", "--json").json();
    assertThat(clone.get("sizeBytes").getAsLong()).isEqualTo(3L << 30);
    assertThat(command.run("info", PREFIX, "c").out())
        .contains("clone of         " + id("a") + " at slot 2");
    JsonObject list = command.run("ls", PREFIX, "--json").json();
    assertThat(JsonSchema.problems(list)).isEmpty();
    assertThat(list.getAsJsonArray("items")).hasSize(3);

    assertThat(command.run("clone", PREFIX, "a", "b").exit()).isEqualTo(4);
    assertThat(command.run("clone", PREFIX, "a@friday", "d").exit()).isEqualTo(3);
    assertThat(command.run("clone", PREFIX, "@monday", "d").exit()).isEqualTo(2);
    assertThat(command.run("clone", PREFIX, "x", "d").exit()).isEqualTo(3);
    create("we@ird");
    assertThat(command.run("clone", PREFIX, "we@ird@", "d").exit()).isZero();
  }

  @Test
  void aDryRunOfRestoreSaysWhatWouldBeDoneAndDoesNothing() throws IOException {
    create("a");
    create("b");
    command.run("snapshot", "create", PREFIX, "a", "monday");
    String before = id("a").value();
    JsonObject json =
        command.run("restore", PREFIX, "a@monday", "-n", "--keep-as", "old", "--json").json();
    assertThat(JsonSchema.problems(json)).isEmpty();
    assertThat(json.get("before").getAsString()).isEqualTo("old");
    assertThat(command.run("restore", PREFIX, "a@monday", "--dry-run", "--discard").out())
        .contains("would be restored", "a@monday", "would be deleted");
    assertThat(command.run("restore", PREFIX, "a@x", "-n").exit()).isEqualTo(3);
    assertThat(command.run("restore", PREFIX, "c@monday", "-n").exit()).isEqualTo(3);
    assertThat(command.run("restore", PREFIX, "a@monday", "-n", "--keep-as", "b").exit())
        .isEqualTo(4);
    assertThat(id("a").value()).isEqualTo(before);
    assertThat(command.run("ls", PREFIX, "-o", "name").out().lines()).containsExactly("a", "b");
    open("a");
    assertThat(command.run("restore", PREFIX, "a@monday", "-n").exit()).as("open").isEqualTo(4);
  }

  @Test
  void wideAddsColumns() throws IOException {
    create("a");
    command.run("snapshot", "create", PREFIX, "a", "monday");
    assertThat(command.run("ls", PREFIX, "-o", "wide").out().lines().toList())
        .satisfiesExactly(
            header ->
                assertThat(header).matches("NAME .* CREATED +ID +CHUNK +PINS +SLOT +CLONE OF"),
            row -> assertThat(row).startsWith("a ").contains(id("a").value(), "4MiB"));
    assertThat(command.run("snapshot", "ls", PREFIX, "-o", "wide").out())
        .contains("VOLUME ID", id("a").value());
    assertThat(command.run("info", PREFIX, "a", "-o", "wide").out()).startsWith("name ");
  }

  @Test
  void restorePutsASnapshotInTheVolumesPlace() throws IOException {
    create("a");
    String before = id("a").value();
    command.run("snapshot", "create", PREFIX, "a", "monday");
    command.run("resize", PREFIX, "a", "2GiB");
    JsonObject json =
        command.run("restore", PREFIX, "a@monday", "--keep-as", "old", "--json").json();
    assertThat(JsonSchema.problems(json)).isEmpty();
    assertThat(json.get("beforeId").getAsString()).isEqualTo(before);
    assertThat(json.get("id").getAsString()).isEqualTo(id("a").value()).isNotEqualTo(before);
    assertThat(command.run("ls", PREFIX, "-o", "name").out().lines()).containsExactly("a", "old");

    command.run("snapshot", "create", PREFIX, "a", "friday");
    command.run("restore", PREFIX, "a@friday", "--discard");
    assertThat(command.exit()).isEqualTo(2);
    assertThat(command.err()).contains("nobody is here to confirm", "add --yes");
    json = command.run("restore", PREFIX, "a@friday", "--discard", "--yes", "--json").json();
    assertThat(JsonSchema.problems(json)).isEmpty();
    assertThat(command.run("ls", PREFIX, "-o", "name").out().lines()).containsExactly("a", "old");
    assertThat(command.run("restore", PREFIX, "a").exit()).isEqualTo(2);
    assertThat(command.run("restore", PREFIX, "a@x").exit()).isEqualTo(3);
    assertThat(command.run("restore", PREFIX, "a@x", "--discard", "--keep-as", "b").exit())
        .isEqualTo(2);
  }

  @Test
  void gcTellsWhatItGivesBack() throws IOException {
    create("a");
    create("b");
    ObjectKey left = Layout.data(id("a"), 1, 1, 1);
    store.put(left, Body.of(new byte[1 << 20]), Purpose.FLUSH);
    assertThat(command.run("gc", PREFIX, "--dry-run").out())
        .isEqualTo("VOLUME  WOULD DELETE  SIZE  STALE PINS\na       1             1MiB  0\n");
    JsonObject json = command.run("gc", PREFIX, "--json").json();
    assertThat(JsonSchema.problems(json)).isEmpty();
    assertThat(json.getAsJsonArray("items")).hasSize(1);
    assertThat(command.run("gc", PREFIX).out()).isEqualTo("VOLUME  DELETED  SIZE  STALE PINS\n");
    assertThat(command.exit()).isZero();
  }

  @Test
  void rmKeepsWhatOthersNeedAndSaysSo() throws IOException {
    create("a");
    command.run("snapshot", "create", PREFIX, "a", "monday");
    command.run("clone", PREFIX, "a", "b");
    command.run("rm", PREFIX, "a", "--yes", "--strict");
    assertThat(command.exit()).isEqualTo(4);
    assertThat(command.err())
        .contains("is needed by 2 others: snapshot \"a@monday\", clone \"b\": remove these first");
    JsonObject dry = command.run("rm", PREFIX, "a", "--dry-run", "--json").json();
    assertThat(JsonSchema.problems(dry)).isEmpty();
    assertThat(dry.get("objects").getAsInt()).isZero();
    assertThat(dry.getAsJsonArray("neededBy")).hasSize(2);
    assertThat(command.run("rm", PREFIX, "a", "--yes").out())
        .isEqualTo(
            """
            a  deleted: 0 objects, 0B
               keeps its data: snapshot "a@monday"
               keeps its data: clone "b"
            """);
    assertThat(command.run("ls", PREFIX, "-o", "name").out()).isEqualTo("b\n");
  }

  @Test
  void snapshotsOfADeletedVolumeAreFoundByItsId() {
    create("a");
    String id = id("a").value();
    command.run("snapshot", "create", PREFIX, "a", "monday");
    command.run("rm", PREFIX, "a", "--yes");
    create("a");
    assertThat(command.run("snapshot", "ls", PREFIX, "-o", "name").out()).isEmpty();
    assertThat(command.run("snapshot", "ls", PREFIX, "--deleted", "-o", "name").out())
        .isEqualTo(id + "@monday\n");
    assertThat(command.run("snapshot", "ls", PREFIX, id, "-o", "name").out())
        .isEqualTo(id + "@monday\n");
    assertThat(command.run("clone", PREFIX, id, "b").exit()).as("its present state").isEqualTo(3);
    assertThat(command.run("clone", PREFIX, id + "@monday", "b").exit()).isZero();
    assertThat(command.run("snapshot", "rm", PREFIX, id, "monday").exit()).isZero();
    assertThat(command.run("snapshot", "ls", PREFIX, "--deleted").out().lines()).hasSize(1);
    assertThat(command.run("rm", PREFIX, "b", "--yes").exit()).isZero();
  }

  @Test
  void aSnapshotOfAnIdleVolumeTakesAFewRequests() {
    create("a");
    StoreMeter meter = new StoreMeter();
    CommandRun counted = CommandRun.on(new MeteredStore(store, execution, meter));
    assertThat(counted.run("snapshot", "create", PREFIX, "a", "monday").exit()).isZero();
    assertThat(meter.use().requests())
        .as("the prefix' mark, the name, LIST and GET of the log, PUT, LIST")
        .isEqualTo(6);
  }

  @Test
  void rmAsksForTheName() throws IOException {
    create("a");
    command.run("rm", PREFIX, "a");
    assertThat(command.exit()).isEqualTo(2);
    assertThat(command.err())
        .isEqualTo("s3shard: nobody is here to confirm the deletion of \"a\": add --yes\n");
    command.typing("b\n").run("rm", PREFIX, "a");
    assertThat(command.exit()).isEqualTo(2);
    assertThat(command.err()).contains("that is not the volume's name: nothing was deleted");
    assertThat(
            command
                .run("rm", PREFIX, "a", "--dry-run", "--json")
                .json()
                .get("deleted")
                .getAsBoolean())
        .isFalse();
    JsonObject json = command.typing("a\n").run("rm", PREFIX, "a", "--json").json();
    assertThat(JsonSchema.problems(json)).isEmpty();
    assertThat(command.run("info", PREFIX, "a").exit()).isEqualTo(3);
  }

  @Test
  void rmOfAnOpenVolumeIsRefused() {
    create("a");
    open("a");
    command.run("rm", PREFIX, "a", "--yes");
    assertThat(command.exit()).isEqualTo(4);
    assertThat(command.err())
        .contains("is open by node n1 (test)", "s3shard detach --force s3://bucket/prefix a");
  }

  @Test
  void rmThatIsCutOffSaysSoAndGoesOn() {
    create("a");
    store.put(new ObjectKey(Layout.dataFolder(id("a")) + "x"), Body.of(new byte[1]), Purpose.FLUSH);
    MemoryStore behind = store;
    CommandRun cutOff =
        CommandRun.on(
            new ForwardingStore(behind) {
              @Override
              public void delete(java.util.Collection<ObjectKey> keys, Purpose purpose) {
                throw new StoreUnavailable("the bucket is away");
              }
            });
    cutOff.run("rm", PREFIX, "a", "--yes");
    assertThat(cutOff.exit()).isEqualTo(9);
    assertThat(cutOff.err())
        .isEqualTo(
            "s3shard: \"a\" is deleted, but not all its room was given back: run the same command again (the bucket is away)\n");
    assertThat(command.run("ls", PREFIX, "-o", "name").out()).isEmpty();
    assertThat(command.run("rm", PREFIX, "a", "--yes").exit()).isZero();
    assertThat(
            store.list(
                Layout.dataFolder(new VolumeId("0".repeat(32))).substring(0, 8),
                null,
                9,
                Purpose.MAP))
        .allMatch(object -> object.key().value().contains("/log/"));
  }

  @Test
  void inspectPrintsAnyObject() throws IOException {
    create("a");
    for (String key : List.of("s3shard", "names/a")) {
      JsonObject json = command.run("inspect", PREFIX, key).json();
      assertThat(JsonSchema.problems(json)).isEmpty();
      assertThat(json.get("key").getAsString()).isEqualTo(key);
    }
    JsonObject record = command.run("inspect", PREFIX, "--volume", "a", "--slot", "1").json();
    assertThat(JsonSchema.problems(record)).isEmpty();
    assertThat(
            record.getAsJsonObject("metadata").getAsJsonObject("create").get("name").getAsString())
        .isEqualTo("a");
    assertThat(command.run("inspect", PREFIX, "--volume", "a").json()).isEqualTo(record);
    assertThat(command.run("inspect", PREFIX, "--volume", "a", "--slot", "7").exit()).isEqualTo(3);
    assertThat(command.run("inspect", PREFIX, "names/b").exit()).isEqualTo(3);
  }

  @Test
  void inspectOfADamagedObjectNamesIt() {
    create("a");
    store.put(new ObjectKey("names/b"), Body.of(new byte[100]), Purpose.MAP);
    command.run("inspect", PREFIX, "names/b");
    assertThat(command.exit()).isEqualTo(7);
    assertThat(command.err()).startsWith("s3shard: object names/b is damaged: ");
  }

  @Test
  void doctorPrintsALineForEachThing() throws IOException {
    CommandRun doctor = command.run("doctor", "--json");
    assertThat(JsonSchema.problems(doctor.json())).isEmpty();
    assertThat(command.run("doctor").out().lines())
        .hasSizeGreaterThan(8)
        .allMatch(line -> line.matches("(ok|warn|fail) .*"));
  }

  @Test
  void optionsComeFromTheEnvironmentToo() {
    command.with("S3SHARD_SIZE", "3GiB").run("create", PREFIX, "a", "-o", "name");
    assertThat(command.err()).isEmpty();
    assertThat(command.run("info", PREFIX, "a", "--json").json().get("sizeBytes").getAsLong())
        .isEqualTo(3L << 30);
    command.run("create", PREFIX, "b", "--size", "1GiB", "--size", "2GiB", "--json");
    assertThat(command.json().get("sizeBytes").getAsLong())
        .as("the last one wins")
        .isEqualTo(2L << 30);
  }

  @Test
  void helpNamesTheExitCodesAndVersionTheFormat() {
    assertThat(command.run("--help").out())
        .contains("Exit codes:", "5 ", "the bucket is away: try again", "S3SHARD_SOME_NAME");
    assertThat(command.exit()).isZero();
    assertThat(command.run("--version").out()).matches("s3shard \\S+, format 1\\R");
    for (String name :
        List.of(
            "mount", "umount", "create", "ls", "info", "resize", "rm", "detach", "stats", "inspect",
            "doctor")) {
      assertThat(command.run(name, "--help").exit()).as(name).isZero();
      assertThat(command.out()).startsWith("Usage: s3shard " + name);
    }
  }

  @Test
  void aShellCompletesCommandsOptionsAndValues() throws Exception {
    assertThat(completed("s3shard", "mo")).containsExactly("mount");
    assertThat(completed("s3shard", "snapshot", "c")).containsExactly("create");
    assertThat(completed("s3shard", "mount", "--arena"))
        .containsExactlyInAnyOrder("--arena-dir", "--arena-size");
    assertThat(completed("s3shard", "ls", "-o", ""))
        .containsExactlyInAnyOrder("table", "wide", "json", "yaml", "name");
  }

  /** What bash offers for the last of these words. */
  private List<String> completed(String... words) throws IOException, InterruptedException {
    Path script = folder.resolve("completion");
    Files.writeString(script, command.run("completion").out());
    List<String> bash =
        new ArrayList<>(
            List.of(
                "bash",
                "-c",
                ". \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _complete_s3shard;"
                    + " printf '%s\\n' \"${COMPREPLY[@]}\"",
                script.toString()));
    bash.addAll(List.of(words));
    // compopt says on stderr that no completion is under way; what is offered is the same
    Process process = new ProcessBuilder(bash).redirectError(DISCARD).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said.lines().map(String::strip).toList();
  }

  @Test
  void aStackTraceIsShownOnlyWhenAskedFor() {
    assertThat(command.run("info", PREFIX, "a").err().lines()).hasSize(1);
    assertThat(command.run("info", PREFIX, "a", "--debug").err().lines()).hasSizeGreaterThan(3);
  }

  @Test
  void anUnexpectedFailureIsOneLineToo() {
    CommandRun broken = CommandRun.failing(new IllegalStateException("two\nlines"));
    broken.run("ls", PREFIX);
    assertThat(broken.exit()).isEqualTo(1);
    assertThat(broken.err())
        .isEqualTo(
            "s3shard: unexpected failure: IllegalStateException: two lines (run it with --debug and report it)\n");
  }

  private void create(String name) {
    assertThat(command.run("create", PREFIX, name, "--size", "1GiB").exit()).isZero();
  }

  private VolumeId id(String name) {
    return new Volumes(store, execution, PREFIX).get(name).id();
  }

  private void open(String name) {
    Writer writer = new Writer(Writer.id(execution.randomBytes(16)), "n1", "host", "boot", "test");
    OwnerSettings settings = new OwnerSettings(() -> false, () -> false);
    VolumeLog log = new VolumeLog(id(name), store, execution);
    assertThat(new Opening(log).open(writer, 0, false, settings)).isPresent();
  }
}
