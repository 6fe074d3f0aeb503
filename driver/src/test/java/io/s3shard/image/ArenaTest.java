package io.s3shard.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.format.VolumeId;
import io.s3shard.testing.HeapArenas;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArenaTest {
  private static final VolumeId VOLUME = new VolumeId("0123456789abcdef0123456789abcdef");
  private static final String WRITER = "00000000000000000000000000000001";

  private final HeapArenas home = new HeapArenas(1 << 14, 64);
  private final ArenaPool pool = new ArenaPool(16);
  private final Arena arena = Arena.create(home.create(VOLUME), pool, VOLUME, WRITER);

  @Test
  void aSuccessorFindsWhatWasFinishedAndIsNotCovered() {
    write(0, "covered");
    long covered = arena.sequence();
    write(100, "one");
    arena.reserve(Arena.Kind.WRITE, 200, 50); // its writer died before the bytes were in place
    Arena.Reservation zeros = arena.reserve(Arena.Kind.ZERO, 300, 4096);
    arena.fill(zeros);
    write(400, "two");

    Arena successor = successor();
    List<Arena.Reservation> found = successor.replay(covered);

    assertThat(found).extracting(Arena.Reservation::offset).containsExactly(100L, 300L, 400L);
    assertThat(found.get(1).length()).isEqualTo(4096);
    assertThat(text(successor, found.get(2))).isEqualTo("two");
    assertThat(successor.sequence()).isEqualTo(arena.sequence());
  }

  @Test
  void aSegmentThatIsUsedAgainDoesNotShowWhatItHeldBefore() {
    for (int i = 0; i < 50; i++) {
      write(i, "old " + i);
    }
    List<Integer> segments = arena.cut();
    arena.free(segments);
    write(7, "new");

    List<Arena.Reservation> found = successor().replay(0);

    assertThat(found).extracting(Arena.Reservation::offset).containsExactly(7L);
  }

  @Test
  void aFlippedBitMakesARecordUnfinished() {
    write(0, "good");
    write(4096, "bad!");
    ArenaMemory memory = reopened();
    ByteBuffer segment = memory.segment(0);
    int second = 32 + 8;
    segment.put(second + 32, (byte) (segment.get(second + 32) ^ 1));

    List<Arena.Reservation> found = adopt(memory).replay(0);

    assertThat(found).extracting(Arena.Reservation::offset).containsExactly(0L);
  }

  @Test
  void roomEndsAndComesBack() {
    int records = 0;
    while (arena.reserve(Arena.Kind.WRITE, 0, arena.maxContentBytes()) != null) {
      records++;
    }
    assertThat(records).isEqualTo(16 * 3);
    arena.free(arena.cut());
    assertThat(arena.reserve(Arena.Kind.WRITE, 0, 1)).isNotNull();
  }

  @Test
  void aLineageKeepsItsYoungestWritersAndTheOwner() {
    ArenaHeader header = arena.header();
    for (int i = 2; i <= 200; i++) {
      header.addWriter(String.format("%032x", i), WRITER);
    }
    assertThat(header.writers())
        .contains(WRITER, String.format("%032x", 200), String.format("%032x", 199));
    assertThat(header.writers()).hasSizeLessThanOrEqualTo(64).doesNotHaveDuplicates();
  }

  private void write(long offset, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Arena.Reservation reservation = arena.reserve(Arena.Kind.WRITE, offset, bytes.length);
    arena.fill(reservation, ByteBuffer.wrap(bytes));
  }

  private static String text(Arena from, Arena.Reservation record) {
    ByteBuffer bytes = from.bytes(record.segment(), record.position(), (int) record.length());
    return StandardCharsets.UTF_8.decode(bytes).toString();
  }

  private ArenaMemory reopened() {
    home.processDied();
    return home.existing(VOLUME).orElseThrow();
  }

  private Arena successor() {
    return adopt(reopened());
  }

  private Arena adopt(ArenaMemory memory) {
    return Arena.adopt(
        memory, new ArenaPool(16), ArenaHeader.read(memory.header(), VOLUME).orElseThrow());
  }
}
