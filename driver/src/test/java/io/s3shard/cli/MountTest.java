package io.s3shard.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.s3shard.testing.Page;
import io.s3shard.testing.S3Server;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process, on a real server and a real mount. */
@Tag("fuse")
@Tag("s3")
class MountTest {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final String PREFIX = "s3://" + S3Server.BUCKET + "/p";

  @TempDir Path folder;

  private S3Server server;
  private Path mountPoint;
  private final Map<String, String> environment = new TreeMap<>();
  private String program = "s3shard";

  @BeforeEach
  void start() throws IOException {
    server = S3Server.started();
    mountPoint = Files.createDirectory(folder.resolve("mount point"));
    environment.putAll(server.environment());
    environment.put("S3SHARD_RUN_DIR", folder.resolve("run").toString());
    environment.put("S3SHARD_ARENA_DIR", folder.resolve("arena").toString());
    environment.put("S3SHARD_CACHE_DIR", folder.resolve("cache").toString());
  }

  @AfterEach
  void end() throws Exception {
    server.start();
    program = "s3shard";
    if (isMounted()) {
      run("umount", mountPoint.toString());
    }
    boolean left = isMounted();
    if (left) {
      new ProcessBuilder("umount", "-i", "-l", mountPoint.toString()).start().waitFor();
    }
    server.close();
    assertThat(left).as("a mount was left behind").isFalse();
  }

  private record Ended(int exit, String out, String err) {}

  private List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:TieredStopAtLevel=1"));
    command.addAll(
        List.of(
            "-Ds3shard.program=" + program,
            "-Dlogback.configurationFile=logback.xml", // not the one for tests
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  private Process begin(String... arguments) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command(arguments));
    builder.environment().putAll(environment);
    builder
        .redirectOutput(folder.resolve("out").toFile())
        .redirectError(folder.resolve("err").toFile());
    return builder.start();
  }

  private Ended run(String... arguments) throws IOException, InterruptedException {
    return ended(begin(arguments));
  }

  private Ended ended(Process process) throws IOException, InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    return new Ended(
        process.waitFor(),
        Files.readString(folder.resolve("out")),
        Files.readString(folder.resolve("err")));
  }

  private boolean isMounted() throws IOException {
    return MountTable.isOurs(mountPoint);
  }

  private JsonObject stats() throws IOException, InterruptedException {
    return JsonParser.parseString(run("stats", mountPoint.toString(), "--once", "--json").out())
        .getAsJsonObject();
  }

  private void mount(String... more) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("mount", PREFIX, mountPoint.toString()));
    arguments.addAll(List.of(more));
    Ended mounted = run(arguments.toArray(String[]::new));
    assertThat(mounted.err()).isEmpty();
    assertThat(mounted.exit()).isZero();
    assertThat(isMounted()).isTrue();
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(
        mountPoint.resolve(name), text, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  @Test
  void mountReturnsOnceMountedAndUmountOnceTheProcessHasGone() throws Exception {
    Ended mounted = run("mount", PREFIX, mountPoint.toString(), "--json");
    assertThat(mounted.err()).isEmpty();
    assertThat(JsonSchema.problems(JsonParser.parseString(mounted.out()).getAsJsonObject()))
        .isEmpty();
    assertThat(isMounted()).isTrue();
    write("ü.img", "hello");

    JsonObject stats = stats();
    assertThat(JsonSchema.problems(stats)).isEmpty();
    ProcessHandle process = ProcessHandle.of(stats.get("pid").getAsLong()).orElseThrow();
    assertThat(process.isAlive()).isTrue();
    assertThat(stats.getAsJsonArray("volumes").get(0).getAsJsonObject().get("name").getAsString())
        .isEqualTo("ü.img");

    try (RandomAccessFile open = new RandomAccessFile(mountPoint.resolve("ü.img").toFile(), "rw")) {
      Ended busy = run("umount", mountPoint.toString());
      assertThat(busy.exit()).isEqualTo(4);
      assertThat(busy.err()).startsWith("s3shard: the mount is in use: ");
      open.write(1);
    }
    Ended unmounted = run("umount", mountPoint.toString(), "--json");
    assertThat(unmounted.exit()).isZero();
    assertThat(unmounted.err()).isEmpty();
    JsonObject said = JsonParser.parseString(unmounted.out()).getAsJsonObject();
    assertThat(JsonSchema.problems(said)).isEmpty();
    assertThat(said.get("ended").getAsBoolean()).isTrue();
    assertThat(process.isAlive()).isFalse();
    assertThat(isMounted()).isFalse();
    assertThat(run("info", PREFIX, "ü.img").out()).contains("closed").doesNotContain("open");
    assertThat(folder.resolve("arena")).isEmptyDirectory();
  }

  @Test
  void failuresInTheBackgroundReachTheCaller() throws Exception {
    environment.put("AWS_SECRET_ACCESS_KEY", "wrong");
    Ended wrongKey = run("mount", PREFIX, mountPoint.toString());
    assertThat(wrongKey.exit()).isEqualTo(6);
    assertThat(wrongKey.err().lines())
        .singleElement()
        .asString()
        .contains("check the access key and its secret");
    environment.putAll(server.environment());
    Ended noDirectory = run("mount", PREFIX, folder.resolve("missing").toString());
    assertThat(noDirectory.exit()).isEqualTo(2);
    assertThat(noDirectory.err()).startsWith("s3shard: the mount point ").contains("mkdir -p");
    mount();
    Ended twice = run("mount", PREFIX, mountPoint.toString());
    assertThat(twice.exit()).isEqualTo(2);
    assertThat(twice.err()).contains("something is mounted on ");
    assertThat(run("umount", mountPoint.toString()).exit())
        .as("the first mount still answers")
        .isZero();
  }

  @Test
  void whatWasWrittenIsThereAfterSigkillAndRemount() throws Exception {
    mount();
    write("a", "written and never synced");
    ProcessHandle process = ProcessHandle.of(stats().get("pid").getAsLong()).orElseThrow();
    process.destroyForcibly();
    await().atMost(PATIENCE).until(() -> !process.isAlive());
    mount();
    try (FileChannel file =
        FileChannel.open(
            mountPoint.resolve("a"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer read = ByteBuffer.allocate(24);
      assertThat(file.read(read)).isEqualTo(24);
      assertThat(new String(read.array(), StandardCharsets.UTF_8))
          .isEqualTo("written and never synced");
    }
  }

  @Test
  void whatWasWrittenIsInTheCacheOnDiskAfterARemountAndLosingItHarmsNothing() throws Exception {
    byte[] content = new byte[6 << 20];
    new Random(5).nextBytes(content);
    mount("--cache-size", "64MiB");
    Files.write(mountPoint.resolve("a"), content);
    assertThat(run("umount", mountPoint.toString()).exit()).isZero();

    mount("--cache-size", "64MiB");
    assertThat(Files.readAllBytes(mountPoint.resolve("a"))).isEqualTo(content);
    assertThat(readBytes(stats())).as("a page of the map, and no data").isLessThan(64 << 10);
    assertThat(stats().getAsJsonObject("cache").getAsJsonObject("disk").get("hits").getAsInt())
        .isPositive();
    assertThat(run("umount", mountPoint.toString()).exit()).isZero();

    try (var files = Files.list(folder.resolve("cache").resolve("frames"))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    mount("--cache-size", "64MiB");
    assertThat(Files.readAllBytes(mountPoint.resolve("a"))).isEqualTo(content);
    assertThat(readBytes(stats())).isGreaterThan(content.length);
  }

  private static long readBytes(JsonObject stats) {
    long bytes = 0;
    for (var row : stats.getAsJsonArray("requests")) {
      String purpose = row.getAsJsonObject().get("purpose").getAsString();
      if (purpose.equals("READ") || purpose.equals("PREFETCH")) {
        bytes += row.getAsJsonObject().get("receivedBytes").getAsLong();
      }
    }
    return bytes;
  }

  @Test
  void anOpenImageIsResizedByItsOwner() throws Exception {
    mount();
    write("a", "text");
    try (FileChannel open = FileChannel.open(mountPoint.resolve("a"), StandardOpenOption.WRITE)) {
      assertThat(run("resize", PREFIX, "a", "5MiB").err()).isEmpty();
      await().atMost(PATIENCE).until(() -> open.size() == 5 << 20);
      assertThat(run("info", PREFIX, "a").out()).contains("5MiB");
      Ended shrunk = run("resize", PREFIX, "a", "1MiB");
      assertThat(shrunk.exit()).isEqualTo(2);
      assertThat(shrunk.err()).contains("can't shrink");
    }
  }

  @Test
  void aMountThatIsInUseGoesOutOfSightWhenAskedTo() throws Exception {
    mount();
    ProcessHandle living = ProcessHandle.of(stats().get("pid").getAsLong()).orElseThrow();
    FileChannel open =
        FileChannel.open(
            mountPoint.resolve("a"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    assertThat(run("umount", mountPoint.toString()).exit()).isEqualTo(4);
    Ended lazy = run("umount", "--lazy", mountPoint.toString(), "--json");
    assertThat(lazy.exit()).isZero();
    assertThat(lazy.out()).contains("\"ended\":false");
    assertThat(isMounted()).isFalse();
    open.write(ByteBuffer.wrap(new byte[] {7}));
    open.close();
    await().atMost(PATIENCE).until(() -> !living.isAlive());

    mount();
    assertThat(Files.readAllBytes(mountPoint.resolve("a"))).containsExactly(7);
    ProcessHandle killed = ProcessHandle.of(stats().get("pid").getAsLong()).orElseThrow();
    FileChannel dead = FileChannel.open(mountPoint.resolve("a"), StandardOpenOption.WRITE);
    killed.destroyForcibly();
    await().atMost(PATIENCE).until(() -> !killed.isAlive());
    assertThat(run("umount", mountPoint.toString()).err())
        .contains("can't be removed")
        .endsWith("or use --lazy\n");
    assertThat(run("umount", "-l", mountPoint.toString())).isEqualTo(new Ended(0, "", ""));
    assertThat(isMounted()).isFalse();
    closeDead(dead);
  }

  @Test
  void itIsMountedFromFstab() throws Exception {
    program = "mount.fuse.s3shard";
    Ended mounted =
        run(
            PREFIX,
            mountPoint.toString(),
            "-o",
            "rw,noatime,_netdev,commit-interval=1s,cache_size=8MiB");
    assertThat(mounted.err()).isEmpty();
    assertThat(isMounted()).isTrue();
    program = "umount.fuse.s3shard";
    assertThat(run(mountPoint.toString()).exit()).isZero();
    assertThat(isMounted()).isFalse();
  }

  @Test
  void aReadOnlyMountShowsAndRefuses() throws Exception {
    mount();
    write("a", "text");
    assertThat(run("umount", mountPoint.toString()).exit()).isZero();
    mount("-o", "ro");
    assertThat(Files.readString(mountPoint.resolve("a"))).isEqualTo("text");
    assertThat(mountPoint.resolve("a").toFile().canWrite()).isFalse();
    assertThat(run("info", PREFIX, "a", "-o", "json").out()).contains("\"state\": \"closed\"");
  }

  /** What is told besides a histogram, its maximum, goes with it. */
  private static SortedSet<String> named(String metrics) {
    return Pattern.compile("# TYPE (s3shard_\\w+) ")
        .matcher(metrics)
        .results()
        .map(found -> found.group(1))
        .filter(name -> !name.endsWith("_seconds_max"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void itServesMetrics() throws Exception {
    int port = freePort();
    mount("--metrics-port", String.valueOf(port));
    write("a", "text");
    String metrics;
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build();
      metrics = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
    for (String name :
        List.of(
            "s3shard_store_requests_total{bucket=\"test-bucket\",code=\"answered\",method=\"put_if_absent\",purpose=\"log\"}",
            "s3shard_store_available{bucket=\"test-bucket\"} 1",
            "s3shard_store_dollars_a_day{bucket=\"test-bucket\"} ",
            "s3shard_volume_state{state=\"open\",volume=\"a\"} 1",
            "s3shard_io_operations_total{op=\"write\",volume=\"a\"} 1",
            "s3shard_io_duration_seconds_bucket{op=\"write\"",
            "s3shard_dirty_bytes{volume=\"a\"}",
            "s3shard_cache_limit_bytes{tier=\"memory\"}")) {
      assertThat(metrics).contains(name);
    }
    assertThat(Page.read(Page.root().resolve("docs/operations.md")).metrics())
        .as("the metrics that docs/operations.md lists are those that are served")
        .isEqualTo(named(metrics));
  }

  @Test
  void sigtermCommitsAndUnmounts() throws Exception {
    Process mount = begin("mount", "-f", PREFIX, mountPoint.toString());
    await().atMost(PATIENCE).until(this::isMounted);
    write("a", "text");
    mount.destroy();
    Ended ended = ended(mount);
    assertThat(ended.exit()).isZero();
    assertThat(ended.out()).as("results only, no word of the logging library").isEmpty();
    assertThat(isMounted()).isFalse();
    assertThat(run("info", PREFIX, "a").out()).contains("state            closed");
  }

  @Test
  void sigtermInAnOutageKeepsTheArenaAndSaysWhere() throws Exception {
    Process mount = begin("mount", "-f", "--stop-deadline", "2s", PREFIX, mountPoint.toString());
    await().atMost(PATIENCE).until(this::isMounted);
    FileChannel file =
        FileChannel.open(
            mountPoint.resolve("a"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    file.write(ByteBuffer.wrap(new byte[] {1}));
    server.stop();
    file.write(ByteBuffer.wrap(new byte[] {2}));
    mount.destroy();
    Ended ended = ended(mount);
    assertThat(ended.exit()).isEqualTo(5);
    assertThat(ended.err())
        .contains("what was not committed is kept in [" + folder.resolve("arena"));
    closeDead(file);
    server.start();
    mount();
    try (FileChannel again =
        FileChannel.open(
            mountPoint.resolve("a"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer read = ByteBuffer.allocate(2);
      again.read(read);
      assertThat(read.array()).containsExactly(1, 2);
    }
  }

  /** Its mount is gone: closing it may fail, and must not fail the test. */
  private static void closeDead(FileChannel file) {
    try {
      file.close();
    } catch (IOException gone) {
      assertThat(gone).isNotNull();
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new java.net.ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
