package io.s3shard.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.VolumeBusy;
import io.s3shard.format.VolumeId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedArenasTest {
  private static final VolumeId VOLUME = new VolumeId("0123456789abcdef0123456789abcdef");

  @TempDir Path folder;

  private MappedArenas arenas(String boot) {
    return new MappedArenas(folder, "store", boot);
  }

  private Path header() {
    return folder.resolve("store-" + VOLUME).resolve("header");
  }

  @Test
  void whatWasWrittenIsThereForTheNext() {
    ArenaMemory memory = arenas("boot").create(VOLUME);
    memory.header().putLong(0, 42);
    int number = memory.allocate();
    memory.segment(number).putLong(8, 43);
    memory.close();

    ArenaMemory again = arenas("boot").existing(VOLUME).orElseThrow();
    assertThat(again.header().getLong(0)).isEqualTo(42);
    assertThat(again.segments()).containsExactly(number);
    assertThat(again.segment(number).getLong(8)).isEqualTo(43);
    again.delete();
    assertThat(arenas("boot").existing(VOLUME)).isEmpty();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aNewOneIsEmpty() {
    ArenaMemory old = arenas("boot").create(VOLUME);
    old.header().putLong(0, 42);
    old.allocate();
    old.close();

    ArenaMemory fresh = arenas("boot").create(VOLUME);
    assertThat(fresh.header().getLong(0)).isZero();
    assertThat(fresh.segments()).isEmpty();
    fresh.delete();
  }

  @Test
  void whatAnEarlierBootLeftIsNotThere() {
    arenas("boot-1").create(VOLUME).close();
    assertThat(arenas("boot-2").existing(VOLUME)).isEmpty();
  }

  @Test
  void aSegmentThatWasBeingMadeIsNotThere() throws IOException {
    ArenaMemory memory = arenas("boot").create(VOLUME);
    int number = memory.allocate();
    memory.close();
    Files.write(header().resolveSibling("segment-" + (number + 1)), new byte[4096]);

    ArenaMemory again = arenas("boot").existing(VOLUME).orElseThrow();
    assertThat(again.segments()).containsExactly(number);
    again.delete();
  }

  @Test
  void oneAtATimeAndTryingCostsNoDescriptor() throws IOException {
    ArenaMemory memory = arenas("boot").create(VOLUME);
    long before = descriptors();
    for (int i = 0; i < 100; i++) {
      assertThatThrownBy(() -> arenas("boot").existing(VOLUME))
          .isInstanceOf(VolumeBusy.class)
          .hasMessageContaining("in this process");
      assertThatThrownBy(() -> arenas("boot").create(VOLUME)).isInstanceOf(VolumeBusy.class);
    }
    assertThat(descriptors()).isLessThan(before + 50);
    memory.close();
    arenas("boot").existing(VOLUME).orElseThrow().delete();
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }

  @Test
  void aHolderInAnotherProcessIsNoticed() throws Exception {
    arenas("boot").create(VOLUME).close();
    Process holder =
        new ProcessBuilder(
                "python3",
                "-c",
                "import fcntl,sys\nf=open(sys.argv[1],'r+')\nfcntl.lockf(f,fcntl.LOCK_EX)\nprint('held',flush=True)\nsys.stdin.read()",
                header().toString())
            .redirectErrorStream(true)
            .start();
    try {
      assertThat(new String(holder.getInputStream().readNBytes(4))).isEqualTo("held");
      assertThatThrownBy(() -> arenas("boot").existing(VOLUME))
          .isInstanceOf(VolumeBusy.class)
          .hasMessageContaining("another process of this host");
    } finally {
      holder.destroyForcibly().waitFor();
    }
    arenas("boot").existing(VOLUME).orElseThrow().delete();
  }

  @Test
  void aLockOnAFileThatSomebodyHasReplacedIsNone() throws IOException {
    Files.createDirectories(header().getParent());
    Files.write(header(), ByteBuffer.allocate(4096).array());
    HeaderLock lock =
        HeaderLock.tryLock(
            header(),
            VOLUME,
            () -> {
              try {
                Files.move(header(), header().resolveSibling("gone"));
                Files.write(header(), ByteBuffer.allocate(4096).array());
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    assertThat(lock).isNull();
  }
}
