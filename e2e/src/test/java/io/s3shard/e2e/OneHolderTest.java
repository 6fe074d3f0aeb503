package io.s3shard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** DESIGN §2, promise 3, between real processes: two mounts of one prefix, as if on two nodes. */
@Tag("fuse")
class OneHolderTest {
  private static final String NAME = "fs.img";
  private static final long THE_SECONDS = 1L << 40;

  @TempDir Path folder;

  private Bucket bucket;
  private String url;
  private Node first;
  private Node second;

  /** A mount with arenas of its own, as another node has. */
  private final class Node {
    private final Daemon daemon;
    private final Path mountPoint;
    private Process process;

    private Node(String name) throws IOException {
      Path place = Files.createDirectory(folder.resolve(name));
      daemon = new Daemon(bucket.environment(), place);
      mountPoint = Files.createDirectory(place.resolve("mnt"));
    }

    private void mount(String... options) throws IOException, InterruptedException {
      process = daemon.mount(url, mountPoint, options);
    }

    private FileChannel open() throws IOException {
      return FileChannel.open(
          mountPoint.resolve(NAME),
          StandardOpenOption.CREATE,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE);
    }

    private void signal(String signal) throws IOException, InterruptedException {
      Programs.run("kill", "-" + signal, String.valueOf(process.pid()));
    }

    private void kill() throws IOException, InterruptedException {
      if (process != null) {
        Daemon.kill(process, mountPoint);
      }
    }
  }

  @BeforeEach
  void start() throws Exception {
    bucket = Bucket.start(folder.resolve("bucket"));
    url = bucket.url("holder");
    first = new Node("first");
    second = new Node("second");
    first.mount();
  }

  @AfterEach
  void leaveNothing() throws Exception {
    first.kill();
    second.kill();
    bucket.close();
  }

  @Test
  void openingElsewhereFailsAndNamesTheHolder() throws Exception {
    second.mount();
    try (FileChannel held = first.open()) {
      put(held, 1);
      assertThatThrownBy(second::open).hasMessageEndingWith("Device or resource busy");
      assertThat(second.daemon.log())
          .contains(
              " is open on node ",
              "process " + first.process.pid(),
              "--takeover or 's3shard detach --force'");
      assertThat(Files.readString(Path.of("/proc/sys/kernel/hostname")).strip())
          .satisfies(node -> assertThat(second.daemon.log()).contains("node " + node));
      put(held, 2);
      assertThat(get(held)).isEqualTo(2);
    }
  }

  @Test
  void aDeadHolderIsTakenOverByItselfWhereItsArenaIs() throws Exception {
    FileChannel held = first.open();
    put(held, 1);
    held.write(ByteBuffer.allocate(8).putLong(0, 2), 0);
    first.kill();
    assertThatThrownBy(held::close).isInstanceOf(IOException.class);
    second.mount();
    assertThatThrownBy(second::open)
        .as("elsewhere nobody knows that it is dead")
        .hasMessageEndingWith("Device or resource busy");
    first.mount();
    try (FileChannel again = first.open()) {
      assertThat(get(again)).isEqualTo(2);
    }
    assertThat(first.daemon.log()).contains("its holder on this host is dead");
  }

  /**
   * The holder is stopped in the middle of endless fsyncs, fenced, and thawed after another has
   * written: what it had acknowledged is there, and it acknowledges nothing any more.
   */
  @ParameterizedTest
  @ValueSource(strings = {"mount --takeover", "detach --force"})
  void aHolderThatIsFencedWhileItIsStoppedLearnsItFromTheBucket(String how) throws Exception {
    try (EndlessFsyncs writer =
        EndlessFsyncs.start(first.mountPoint.resolve(NAME), folder.resolve("said"))) {
      writer.awaitNumber(20);
      first.signal("STOP");
      long before = writer.acknowledged();
      if (how.equals("detach --force")) {
        assertThat(second.daemon.call("detach", "--force", url, NAME))
            .contains("fenced: it was open", "process " + first.process.pid());
        second.mount();
      } else {
        second.mount("--takeover");
      }
      try (FileChannel taken = second.open()) {
        long found = get(taken);
        assertThat(found).as("what was acknowledged").isGreaterThanOrEqualTo(before);
        put(taken, THE_SECONDS);
        first.signal("CONT");
        assertThat(writer.lastWords())
            .containsExactly(
                "fsync: Input/output error",
                "write: Input/output error",
                "read: Input/output error");
        assertThat(writer.acknowledged()).isLessThanOrEqualTo(found);
        assertThat(first.daemon.log())
            .contains(
                how.equals("detach --force")
                    ? "it was closed by somebody else: detach --force"
                    : "process " + second.process.pid() + ", has opened it");
        assertThat(get(taken)).isEqualTo(THE_SECONDS);
        put(taken, THE_SECONDS + 1);
        assertThat(get(taken)).isEqualTo(THE_SECONDS + 1);
      }
    }
  }

  private static void put(FileChannel file, long number) throws IOException {
    file.write(ByteBuffer.allocate(8).putLong(0, number), 0);
    file.force(false);
  }

  private static long get(FileChannel file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(8);
    assertThat(file.read(bytes, 0)).isEqualTo(8);
    return bytes.getLong(0);
  }
}
