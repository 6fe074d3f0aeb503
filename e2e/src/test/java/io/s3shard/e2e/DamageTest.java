package io.s3shard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.format.ObjectFormat;
import io.s3shard.proto.v1.NameEntry;
import io.s3shard.store.ObjectKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * DESIGN §2, promise 4, on a real mount and a real server: an object that is damaged in the bucket
 * is EIO to who reads it, and named in the log and by commands. The whole matrix of objects and
 * damage is that of the driver's {@code DamagedBucketTest}.
 */
@Tag("fuse")
class DamageTest {
  private static final int SIZE = 1 << 20;
  private static final int STEP = 64 << 10;

  /** What can happen to an object's file. */
  private enum Damage {
    DELETED,
    HALVED,
    SPOILED,
    /** It has what another of its kind has, which is valid there. */
    SWAPPED;

    private void to(Path object, byte[] other) throws IOException {
      byte[] bytes = Files.readAllBytes(object);
      switch (this) {
        case DELETED -> Files.delete(object);
        case HALVED -> overwrite(object, Arrays.copyOf(bytes, bytes.length / 2));
        case SPOILED -> {
          for (int at = Math.min(100, bytes.length / 2); at < bytes.length; at += 512) {
            bytes[at] ^= 1;
          }
          overwrite(object, bytes);
        }
        case SWAPPED -> overwrite(object, other);
      }
    }

    /** In place, since the server keeps the object's ETag beside the bytes. */
    private static void overwrite(Path object, byte[] bytes) throws IOException {
      try (FileChannel file = FileChannel.open(object, StandardOpenOption.WRITE)) {
        file.truncate(0);
        file.write(ByteBuffer.wrap(bytes), 0);
      }
    }
  }

  /** An image of which one object is damaged. */
  private record Patient(ObjectFormat.Kind kind, Damage damage) {
    private String name() {
      return kind + "-" + damage + ".img";
    }
  }

  @TempDir Path folder;

  private final List<Patient> patients =
      Stream.of(
              ObjectFormat.Kind.NAME,
              ObjectFormat.Kind.LOG_RECORD,
              ObjectFormat.Kind.DATA,
              ObjectFormat.Kind.ROOT,
              ObjectFormat.Kind.PAGE)
          .flatMap(kind -> Stream.of(Damage.values()).map(damage -> new Patient(kind, damage)))
          .toList();

  private final byte[] content = new byte[SIZE];
  private Bucket bucket;
  private Daemon daemon;
  private Path mountPoint;
  private Path prefix;
  private Process process;

  /** Images with chunks, a segment, and a checkpoint; all closed. */
  @BeforeEach
  void write() throws Exception {
    bucket = Bucket.start(folder.resolve("bucket"));
    daemon = new Daemon(bucket.environment(), folder);
    mountPoint = Files.createDirectory(folder.resolve("mnt"));
    prefix = bucket.files("damage");
    Random random = new Random(1);
    random.nextBytes(content);
    process = daemon.mount(bucket.url("damage"), mountPoint, "--chunk-size", "256KiB");
    for (Patient patient : patients) {
      try (FileChannel image =
          FileChannel.open(
              mountPoint.resolve(patient.name()),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE)) {
        image.write(ByteBuffer.wrap(content));
        image.force(false);
        for (int at = 3000; at < SIZE - 3000; at += 50_000) {
          image.write(ByteBuffer.wrap(content, at, 3000), at);
        }
      }
    }
    daemon.call("umount", mountPoint.toString());
    process.waitFor();
  }

  @AfterEach
  void leaveNothing() throws Exception {
    Daemon.kill(process, mountPoint);
    bucket.close();
  }

  @Test
  void aDamagedObjectIsEioAndIsNamed() throws Exception {
    List<Path> objects = new ArrayList<>();
    List<byte[]> whole = new ArrayList<>();
    for (Patient patient : patients) {
      objects.add(object(patient));
      whole.add(Files.readAllBytes(objects.getLast()));
    }
    for (int i = 0; i < objects.size(); i++) {
      // the one before is of the same kind, but for the first of each kind, which are deleted
      patients.get(i).damage().to(objects.get(i), whole.get(Math.max(0, i - 1)));
    }
    // with nothing in its cache, where what was read or written stays readable
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Daemon reader = new Daemon(bucket.environment(), elsewhere);
    process = reader.mount(bucket.url("damage"), mountPoint, "--read-only");
    for (int i = 0; i < objects.size(); i++) {
      Patient patient = patients.get(i);
      List<String> failures = read(patient.name());
      if (patient.damage() == Damage.DELETED && isOnlyMissing(patient.kind())) {
        continue;
      }
      assertThat(failures)
          .as(patient.name())
          .isNotEmpty()
          .allMatch(failure -> failure.endsWith("Input/output error"));
      assertThat(reader.log())
          .as(patient.name())
          .contains(prefix.relativize(objects.get(i)).toString());
    }
    Programs.Ended ls = daemon.tryCall("ls", bucket.url("damage"));
    assertThat(ls.exit()).isEqualTo(7);
    assertThat(ls.err().lines())
        .allMatch(line -> line.matches("s3shard: \"[^ ]+\": object [^ ]+ is damaged: .+"))
        .extracting(line -> line.split("\"")[1])
        .containsExactlyInAnyOrder(
            "NAME-HALVED.img",
            "NAME-SPOILED.img",
            "NAME-SWAPPED.img",
            "LOG_RECORD-HALVED.img",
            "LOG_RECORD-SPOILED.img",
            "LOG_RECORD-SWAPPED.img");
    assertThat(ls.out()).as("the others are listed").contains("DATA-DELETED.img");
  }

  /** A name that is gone, and the newest record: an image that is not there, and one still open. */
  private static boolean isOnlyMissing(ObjectFormat.Kind kind) {
    return kind == ObjectFormat.Kind.NAME || kind == ObjectFormat.Kind.LOG_RECORD;
  }

  /** Each read is right or fails; how it fails. */
  private List<String> read(String name) {
    List<String> failures = new ArrayList<>();
    try (FileChannel image = FileChannel.open(mountPoint.resolve(name), StandardOpenOption.READ)) {
      for (int at = 0; at < SIZE; ) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.min(STEP, SIZE - at));
        try {
          // fewer bytes than asked for: the kernel has some of them, and the next read fails
          int n = image.read(bytes, at);
          assertThat(n).as("%s at %d", name, at).isPositive();
          assertThat(bytes.flip())
              .as("%s at %d", name, at)
              .isEqualTo(ByteBuffer.wrap(content, at, n));
          at += n;
        } catch (IOException e) {
          failures.add(e.getMessage());
          at += 4096;
        }
      }
    } catch (IOException e) {
      failures.add(e.getMessage());
    }
    return failures;
  }

  /** The object of this kind that the patient's image is to lose; of the log the newest. */
  private Path object(Patient patient) throws IOException {
    ObjectKey nameKey = new ObjectKey("names/" + patient.name());
    Path name = prefix.resolve(nameKey.value());
    if (patient.kind() == ObjectFormat.Kind.NAME) {
      return name;
    }
    ByteBuffer entry = ByteBuffer.wrap(Files.readAllBytes(name));
    String volume =
        NameEntry.parseFrom(ObjectFormat.decodeAny(nameKey, entry).metadata()).getVolumeId();
    try (var paths = Files.walk(prefix.resolve("volumes").resolve(volume))) {
      for (Path path : paths.filter(Files::isRegularFile).sorted().toList()) {
        ObjectKey key = new ObjectKey(prefix.relativize(path).toString());
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path));
        if (ObjectFormat.decodeAny(key, bytes).kind() == patient.kind()) {
          return path;
        }
      }
    }
    throw new AssertionError("no " + patient.kind() + " of " + patient.name());
  }
}
