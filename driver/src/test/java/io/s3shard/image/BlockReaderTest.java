package io.s3shard.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.cache.FrameCache;
import io.s3shard.cache.IoBuffers;
import io.s3shard.error.Damaged;
import io.s3shard.error.ObjectMissing;
import io.s3shard.execution.Execution;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.Blocks;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.store.Body;
import io.s3shard.store.ByteRange;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.testing.ForwardingStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BlockReaderTest {
  private static final VolumeId VOLUME = new VolumeId("0123456789abcdef0123456789abcdef");
  private static final int BLOCKS = 203;
  private static final ObjectRef OBJECT = ObjectRef.data(VOLUME, 2, 2, 1, BLOCKS);

  /** Remembers what was asked for by range. */
  private static final class Counted extends ForwardingStore {
    private final List<ByteRange> ranges = Collections.synchronizedList(new ArrayList<>());

    Counted(ObjectStore store) {
      super(store);
    }

    @Override
    public ByteBuffer get(ObjectKey key, ByteRange range, Purpose purpose) {
      ranges.add(range);
      return super.get(key, range, purpose);
    }
  }

  private final Execution execution = new ThreadExecution();
  private final MemoryStore bucket = new MemoryStore();
  private final Counted store = new Counted(bucket);
  private final byte[] content = new byte[BLOCKS * Blocks.SIZE];
  private final BlockReader reader = reader(1 << 20, 8 << 20);

  private BlockReader reader(long cacheBytes, long bufferBytes) {
    return new BlockReader(
        store, execution, new FrameCache(cacheBytes), new IoBuffers(execution, bufferBytes));
  }

  @BeforeEach
  void put() {
    new Random(3).nextBytes(content);
    put(content);
  }

  private void put(byte[] bytes) {
    bucket.put(
        OBJECT.key(),
        ObjectFormat.encode(
            ObjectFormat.Kind.DATA, OBJECT.key(), List.of(ByteBuffer.wrap(bytes)), new byte[0]),
        Purpose.FLUSH);
  }

  /** Reads runs of blocks, given as pairs of first and count, one after the other in a buffer. */
  private void read(BlockReader by, int... runs) {
    ByteBuffer into = ByteBuffer.allocate(content.length);
    List<BlockReader.Request> requests = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < runs.length; i += 2) {
      requests.add(new BlockReader.Request(OBJECT, runs[i], runs[i + 1], into, at));
      at += runs[i + 1] * Blocks.SIZE;
    }
    by.read(requests, Purpose.READ);
    at = 0;
    for (int i = 0; i < runs.length; i += 2) {
      int length = runs[i + 1] * Blocks.SIZE;
      assertThat(into.slice(at, length))
          .isEqualTo(ByteBuffer.wrap(content, runs[i] * Blocks.SIZE, length));
      at += length;
    }
  }

  private static ByteRange frames(int first, int count) {
    return ObjectFormat.physical(
        first * 8L, Math.min(count * Blocks.PER_FRAME, BLOCKS - first * Blocks.PER_FRAME));
  }

  @Test
  void neighboursAreOneRequestWhoeverWantsThem() {
    read(reader, 3, 1, 9, 1, 17, 20);
    assertThat(store.ranges).containsExactly(frames(0, 5));
  }

  @Test
  void aSmallGapIsFetchedAlongAndALargeOneIsNot() {
    read(reader, 0, 1, 24, 1, 64, 1);
    assertThat(store.ranges).containsExactlyInAnyOrder(frames(0, 4), frames(8, 1));
  }

  @Test
  void whatIsCachedIsNotFetched() {
    read(reader, 16, 8);
    store.ranges.clear();
    read(reader, 0, 80);
    assertThat(store.ranges).containsExactlyInAnyOrder(frames(0, 10));
    store.ranges.clear();
    read(reader, 0, 80);
    assertThat(store.ranges).isEmpty();
    read(reader, 72, 32);
    assertThat(store.ranges).containsExactly(frames(10, 3));
  }

  @Test
  void theLastFrameIsShorter() {
    read(reader, BLOCKS - 2, 2);
    assertThat(store.ranges).containsExactly(frames(25, 1));
    read(reader, BLOCKS - 1, 1);
    assertThat(store.ranges).hasSize(1);
  }

  @Test
  void withFewBuffersRequestsAreShorterAndWait() {
    BlockReader tight = reader(0, IoBuffers.LEAST_BYTES);
    List<Execution.Task<Void>> readers = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      int first = i;
      readers.add(
          execution.fork(
              "reader",
              () -> {
                read(tight, first, BLOCKS - first);
                return null;
              }));
    }
    readers.forEach(Execution.Task::join);
    assertThat(store.ranges).allMatch(range -> range.length() <= 2L * ObjectFormat.FRAME_BYTES);
  }

  @Test
  void whatWasJustWrittenIsNotFetched() {
    ObjectRef written = ObjectRef.data(VOLUME, 2, 2, 2, BLOCKS);
    reader.keep(written, 0, ByteBuffer.wrap(content));
    ByteBuffer into = ByteBuffer.allocate(content.length);
    reader.read(List.of(new BlockReader.Request(written, 0, BLOCKS, into, 0)), Purpose.READ);
    assertThat(into.array()).isEqualTo(content);
    assertThat(store.ranges).isEmpty();
  }

  @Test
  void damageReachesWhoReadsItAndNotTheCache() {
    ByteBuffer stored = bucket.get(OBJECT.key(), Purpose.READ).body();
    byte[] object = new byte[stored.remaining()];
    stored.get(object);
    object[(int) ObjectFormat.physical(0, 13).end() - 1] ^= 1;
    bucket.put(OBJECT.key(), Body.of(object), Purpose.FLUSH);
    assertThatThrownBy(() -> read(reader, 12, 1))
        .isInstanceOf(Damaged.class)
        .hasMessageContaining("block 12 does not match its checksum");
    put(content);
    read(reader, 12, 1);
  }

  @Test
  void aFailureIsNotKept() {
    bucket.delete(List.of(OBJECT.key()), Purpose.BACKGROUND);
    assertThatThrownBy(() -> read(reader, 0, 1)).isInstanceOf(ObjectMissing.class);
    put(content);
    read(reader, 0, 1);
  }
}
