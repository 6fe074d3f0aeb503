package io.s3shard.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The rules of DESIGN §5, Files, by real system calls on a real mount. Needs root and /dev/fuse.
 */
@Tag("fuse")
class DirectoryFileSystemTest {
  @TempDir Path folder;

  private MemoryDirectory directory;
  private FuseSession session;
  private Path mnt;

  @BeforeEach
  void mount() throws IOException {
    directory = new MemoryDirectory(Files.createDirectory(folder.resolve("bytes")));
    mnt = Files.createDirectory(folder.resolve("mnt"));
    session =
        FuseSession.mount(
            "s3://bucket/test", mnt, false, new DirectoryFileSystem("s3://bucket/test", directory));
  }

  @AfterEach
  void unmountLeavesNothing() throws Exception {
    assertThat(session.unmount()).isTrue();
    assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(mnt.toString());
  }

  @Test
  void aFileGrowsAndNeverShrinks() throws Exception {
    Path file = mnt.resolve("fs.img");
    sh("dd if=/dev/zero of=" + file + " bs=1M seek=9 count=1 status=none");
    assertThat(Files.size(file)).isEqualTo(10 << 20);
    assertThat(fails("truncate -s 1M " + file)).contains("not permitted");
    assertThatThrownBy(() -> Files.newOutputStream(file).close())
        .as("O_TRUNC")
        .isInstanceOf(IOException.class);
    assertThat(sh("dd if=/dev/zero of=" + file + " bs=1M seek=4 count=1 status=none"))
        .as("dd goes on all the same")
        .contains("not permitted");
    assertThat(Files.size(file)).isEqualTo(10 << 20);
    sh("truncate -s 20M " + file);
    sh("truncate -s 20M " + file);
    assertThat(Files.size(file)).isEqualTo(20 << 20);
  }

  @Test
  void contentsAreExactAndShortOnlyAtTheEnd() throws Exception {
    Path file = mnt.resolve("a");
    byte[] data = new byte[300_001];
    new java.util.Random(1).nextBytes(data);
    Files.write(file, data, StandardOpenOption.CREATE_NEW);
    assertThat(Files.readAllBytes(file)).isEqualTo(data);
    try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
      f.seek(300_000);
      assertThat(f.read(new byte[100])).isEqualTo(1);
      assertThat(f.read(new byte[100])).isEqualTo(-1);
      try (Arena mapping = Arena.ofConfined()) {
        MemorySegment map =
            f.getChannel().map(FileChannel.MapMode.READ_ONLY, 0, data.length, mapping);
        assertThat(map.mismatch(MemorySegment.ofArray(data))).isEqualTo(-1);
      }
    }
  }

  @Test
  void snapshotsAreFilesThatNobodyCanChange() throws Exception {
    MemoryImage image = new MemoryImage(folder.resolve("of monday"));
    image.write(0, ByteBuffer.wrap("as it was".getBytes(StandardCharsets.UTF_8)));
    directory.create("fs.img", 0600, 0, 0);
    directory.snapshots.put("fs.img", new TreeMap<>(Map.of("monday", image)));
    Path file = mnt.resolve(".snapshots/fs.img/monday");
    assertThat(sh("ls -A " + mnt)).as("not where a copy would meet it").isEqualTo("fs.img\n");
    assertThat(sh("ls " + mnt + "/.snapshots")).isEqualTo("fs.img\n");
    assertThat(sh("ls " + mnt + "/.snapshots/fs.img")).isEqualTo("monday\n");
    assertThat(sh("stat -c '%A %u %g %s' " + file)).isEqualTo("-r--r----- 7 8 9\n");
    assertThat(sh("stat -c %A " + mnt + "/.snapshots/fs.img")).isEqualTo("dr-xr-xr-x\n");
    assertThat(Files.readString(file)).isEqualTo("as it was");
    assertThat(sh("cp -a " + file + " " + folder.resolve("copy"))).isEmpty();
    for (String change :
        List.of(
            "echo x > " + file,
            "echo x > " + mnt + "/.snapshots/fs.img/new",
            "rm -f " + file,
            "mv " + file + " " + mnt.resolve("b"),
            "mv " + mnt.resolve("fs.img") + " " + mnt + "/.snapshots/fs.img/b",
            "chmod 600 " + file,
            "truncate -s 100 " + file,
            "setfattr -n user.a -v b " + file)) {
      assertThat(fails(change)).as(change).contains("Read-only file system");
    }
    for (String missing : List.of("fs.img/tuesday", "other", "fs.img/monday/x", "other/monday")) {
      assertThat(fails("stat " + mnt + "/.snapshots/" + missing)).containsAnyOf("No such", "Not a");
    }
  }

  @Test
  void fsyncAndCloseFlushWhatWasWritten() throws Exception {
    Path file = mnt.resolve("a");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      MemoryImage image = directory.image("a");
      channel.write(ByteBuffer.wrap("x".getBytes(StandardCharsets.UTF_8)));
      assertThat(image.flushes.get()).isZero();
      channel.force(true);
      assertThat(image.flushes.get()).isEqualTo(1);
      channel.write(ByteBuffer.wrap("y".getBytes(StandardCharsets.UTF_8)));
    }
    MemoryImage image = directory.image("a");
    assertThat(image.flushes.get()).as("the close").isEqualTo(2);
    Files.readAllBytes(file);
    assertThat(image.flushes.get()).as("a reader's close").isEqualTo(2);
  }

  @Test
  void fallocatePunchesGrowsAndZeroes() throws Exception {
    Path file = mnt.resolve("a");
    byte[] ones = new byte[20_000];
    java.util.Arrays.fill(ones, (byte) 1);
    Files.write(file, ones, StandardOpenOption.CREATE_NEW);
    sh("fallocate -p -o 100 -l 5000 " + file);
    sh("fallocate -z -o 19000 -l 3000 " + file);
    sh("fallocate -n -o 0 -l 90000 " + file);
    byte[] now = Files.readAllBytes(file);
    assertThat(now).hasSize(22_000);
    for (int i = 0; i < now.length; i++) {
      boolean zero = i >= 100 && i < 5100 || i >= 19_000;
      assertThat(now[i]).as("byte %d", i).isEqualTo((byte) (zero ? 0 : 1));
    }
    assertThat(directory.image("a").discarded.get()).isEqualTo(5000);
    sh("fallocate -l 50000 " + file);
    assertThat(Files.size(file)).isEqualTo(50_000);
    assertThat(fails("fallocate -c -o 0 -l 4096 " + file)).contains("not supported");
  }

  @Test
  void namesOfAnyUtf8() throws Exception {
    for (String name : List.of("é", "日本語", "😀", "100% a b", "new\nline", "x".repeat(255))) {
      Path file = mnt.resolve(name);
      Files.createFile(file);
      try (var names = Files.list(mnt)) {
        assertThat(names.map(p -> p.getFileName().toString())).contains(name);
      }
      Files.delete(file);
    }
    assertThat(fails("touch " + mnt + "/" + "é".repeat(128))).contains("too long");
    assertThat(fails("touch " + mnt + "/$(printf 'a\\377b')"))
        .contains("Invalid or incomplete multibyte");
    assertThat(fails("mkdir " + mnt + "/.snapshots")).contains("File exists");
  }

  @Test
  void directoryRules() throws Exception {
    Path a = Files.createFile(mnt.resolve("a"));
    Path b = Files.createFile(mnt.resolve("b"));
    assertThatThrownBy(() -> Files.createFile(a)).isInstanceOf(FileAlreadyExistsException.class);
    assertThat(fails("mv -n " + a + " " + b + "; mv -f " + a + " " + b)).contains("File exists");
    assertThat(fails("mkdir " + mnt + "/d")).contains("not permitted");
    assertThat(fails("ln -s x " + mnt + "/l")).contains("not permitted");
    Files.move(a, mnt.resolve("c"));
    try (FileChannel open = FileChannel.open(b, StandardOpenOption.WRITE)) {
      assertThat(open.isOpen()).isTrue();
      assertThat(fails("rm " + b)).contains("busy");
    }
    sh("sleep 0.2; rm " + b);
    try (var names = Files.list(mnt)) {
      assertThat(names.map(p -> p.getFileName().toString())).containsExactly("c");
    }
    assertThat(sh("stat -f -c %a:%S:%l " + mnt)).isEqualTo((1L << 50) / 4096 + ":4096:255\n");
  }

  @Test
  void attributesAreKept() throws Exception {
    Path a =
        Files.createFile(
            mnt.resolve("a"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
    sh(
        "chmod 600 "
            + a
            + "; chown 12:34 "
            + a
            + "; touch -d @1000000000 "
            + a
            + "; setfattr -n user.k -v val "
            + a);
    assertThat(sh("stat -c %a:%u:%g:%Y " + a)).isEqualTo("600:12:34:1000000000\n");
    assertThat(sh("getfattr --only-values --absolute-names -n user.k " + a)).isEqualTo("val");
    assertThat(fails("setfattr -n user.big -v " + "x".repeat(2000) + " " + a)).contains("No space");
    sh("setfattr -x user.k " + a);
    assertThat(sh("getfattr --absolute-names -d " + a)).isEmpty();
  }

  @Test
  void aFileSystemOnALoopDeviceWithManyReadsAtOnce() throws Exception {
    Path file = mnt.resolve("fs.img");
    sh("truncate -s 200M " + file);
    sh("mkfs.ext4 -q " + file);
    assertThat(directory.image("fs.img").discarded.get())
        .as("mkfs discards the whole image")
        .isPositive();
    String loop = sh("losetup -f --show --direct-io=on " + file).trim();
    Path fs = Files.createDirectory(folder.resolve("fs"));
    try {
      sh("mount " + loop + " " + fs);
      sh(
          "cp -r /usr/share/doc/b* "
              + fs
              + "; sync; diff -r "
              + fs
              + " /usr/share/doc 2>&1 | grep -v '^Only in' || true");
      sh("rm -r " + fs + "/*; fstrim " + fs + "; umount " + fs + "; e2fsck -fn " + file);
      MemoryImage image = directory.image("fs.img");
      image.mostReading.set(0);
      image.beforeRead =
          () -> java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      sh(
          "fio --name=r --filename="
              + loop
              + " --rw=randread --bs=4k --direct=1 --ioengine=libaio --iodepth=16 --number_ios=400");
      assertThat(image.mostReading.get())
          .as("direct reads in flight at once")
          .isGreaterThanOrEqualTo(12);
    } finally {
      sh("mountpoint -q " + fs + " && umount -l " + fs + "; losetup -d " + loop);
    }
    assertThat(sh("losetup -j " + file)).isEmpty();
  }

  @Test
  void whatIsMountedAlreadyIsRefused() {
    DirectoryFileSystem other = new DirectoryFileSystem("s3://bucket/other", directory);
    assertThatThrownBy(() -> FuseSession.mount("s3://bucket/other", mnt, false, other))
        .hasMessageContaining("already");
    assertThatThrownBy(
            () -> FuseSession.mount("s3://bucket/other", folder.resolve("none"), false, other))
        .hasMessageContaining("mkdir -p");
  }

  private static String sh(String script) throws Exception {
    return run(script, true);
  }

  private static String fails(String script) throws Exception {
    return run(script, false);
  }

  private static String run(String script, boolean succeeds) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("bash", "-c", script).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue() == 0).as(script + ": " + output).isEqualTo(succeeds);
    return output;
  }
}
