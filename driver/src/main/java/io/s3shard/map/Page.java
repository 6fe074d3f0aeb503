package io.s3shard.map;

import com.google.protobuf.ByteString;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Entries of chunks, sorted, in columns instead of objects: a block in a group costs two bytes. A
 * page of the map, or a delta, in which an entry that is zeros says that the chunk is zeros now.
 * Immutable.
 */
public final class Page {
  final ObjectTable objects;
  private final int[] chunks;
  // Index of the base object + 1, 0 for none, and where the chunk begins in it.
  private final int[] base;
  private final int[] baseFirst;
  // Entry i has the groups from groupStart[i] up to groupStart[i + 1].
  private final int[] groupStart;
  private final int[] groupObject;
  private final int[] groupFirst;
  // Group g has the block numbers from blockStart[g] up to blockStart[g + 1].
  private final int[] blockStart;
  private final char[] blocks;
  private final long encodedBytes;

  Page(PageBuilder from) {
    this.objects = from.objects.build();
    this.chunks = from.chunks.toArray();
    this.base = from.base.toArray();
    this.baseFirst = from.baseFirst.toArray();
    this.groupStart = from.groupStart.toArray();
    this.groupObject = from.groupObject.toArray();
    this.groupFirst = from.groupFirst.toArray();
    this.blockStart = from.blockStart.toArray();
    this.blocks = from.blocks.toArray();
    this.encodedBytes = from.encodedBytes();
  }

  /** How many entries it has. */
  public int size() {
    return chunks.length;
  }

  public long chunk(int index) {
    return chunks[index];
  }

  /** An estimate of the memory that it takes. */
  public long memoryBytes() {
    long entries = 4L * (chunks.length + base.length + baseFirst.length + groupStart.length);
    long groups = 4L * (groupObject.length + groupFirst.length + blockStart.length);
    return 200 + objects.memoryBytes() + entries + groups + 2L * blocks.length;
  }

  /** See {@link PageBuilder#encodedBytes}. */
  long encodedBytes() {
    return encodedBytes;
  }

  /** How much an entry adds to a page's encoded bytes, at most. */
  long entryBytes(int index) {
    int groups = groupStart[index + 1] - groupStart[index];
    int numbers = blockStart[groupStart[index + 1]] - blockStart[groupStart[index]];
    return PageBuilder.ENTRY_BYTES + (long) groups * PageBuilder.GROUP_BYTES + 2L * numbers;
  }

  /** The entry of a chunk, or a negative number: -1 less the index of the next one. */
  int indexOf(long chunk) {
    return chunk > Integer.MAX_VALUE
        ? -1 - chunks.length
        : Arrays.binarySearch(chunks, (int) chunk);
  }

  /** The first entry of a chunk that is not below {@code chunk}. */
  int ceiling(long chunk) {
    int index = indexOf(chunk);
    return index >= 0 ? index : -1 - index;
  }

  public ChunkEntry entry(int index) {
    List<Group> groups = new ArrayList<>();
    for (int g = groupStart[index]; g < groupStart[index + 1]; g++) {
      char[] numbers = Arrays.copyOfRange(blocks, blockStart[g], blockStart[g + 1]);
      groups.add(new Group(source(groupObject[g], groupFirst[g]), BlockNumbers.of(numbers)));
    }
    return new ChunkEntry(chunks[index], base(index), groups);
  }

  boolean isZeros(int index) {
    return base[index] == 0 && groupStart[index] == groupStart[index + 1];
  }

  @Nullable Base base(int index) {
    return base[index] == 0 ? null : new Base(objects.get(base[index] - 1), baseFirst[index]);
  }

  /**
   * Tells of each object of an entry how many of the chunk's blocks it holds. An object may come
   * more than once.
   */
  void uses(int index, int chunkBlocks, ObjIntConsumer<ObjectRef> use) {
    if (base[index] != 0) {
      int held = Math.min(chunkBlocks, objects.blocks(base[index] - 1) - baseFirst[index]);
      int shown = held;
      for (int g = groupStart[index]; g < groupStart[index + 1]; g++) {
        shown -= count(g, held);
      }
      use.accept(objects.get(base[index] - 1), shown);
    }
    for (int g = groupStart[index]; g < groupStart[index + 1]; g++) {
      if (groupObject[g] != 0) {
        use.accept(objects.get(groupObject[g] - 1), count(g, Integer.MAX_VALUE));
      }
    }
  }

  /** How many blocks of the chunk below {@code end} a group holds. */
  private int count(int group, int end) {
    int count = 0;
    for (int b = blockStart[group]; b < blockStart[group + 1] && blocks[b] < end; b++) {
      count += isHole(group, b) ? 0 : 1;
    }
    return count;
  }

  private boolean isHole(int group, int at) {
    return at > blockStart[group] && blocks[at] == blocks[at - 1];
  }

  /** Adds an entry to another page. */
  void copyTo(PageBuilder other, int index) {
    other.entry(chunks[index], base(index));
    for (int g = groupStart[index]; g < groupStart[index + 1]; g++) {
      other.group(groupObject[g] == 0 ? null : objects.get(groupObject[g] - 1), groupFirst[g]);
      for (int b = blockStart[g]; b < blockStart[g + 1]; b++) {
        other.block(blocks[b]);
      }
    }
    other.endEntry();
  }

  /** An entry as a message, without its chunk. */
  io.s3shard.proto.v1.ChunkEntry.Builder encode(int index) {
    io.s3shard.proto.v1.ChunkEntry.Builder proto =
        io.s3shard.proto.v1.ChunkEntry.newBuilder()
            .setBase(base[index])
            .setBaseFirstBlock(baseFirst[index]);
    for (int g = groupStart[index]; g < groupStart[index + 1]; g++) {
      byte[] pairs = new byte[2 * (blockStart[g + 1] - blockStart[g])];
      ByteBuffer.wrap(pairs)
          .order(ByteOrder.LITTLE_ENDIAN)
          .asCharBuffer()
          .put(blocks, blockStart[g], pairs.length / 2);
      proto.addGroups(
          io.s3shard.proto.v1.Group.newBuilder()
              .setObject(groupObject[g])
              .setFirstBlock(groupFirst[g])
              .setBlocks(ByteString.copyFrom(pairs)));
    }
    return proto;
  }

  /**
   * Where blocks {@code from} up to {@code to} of the chunk of an entry lie; {@code origin}: the
   * chunk's first block in the image.
   */
  void collect(int index, long origin, int from, int to, Pieces into) {
    int groups = groupStart[index + 1] - groupStart[index];
    int[] cursor = new int[groups];
    for (int g = 0; g < groups; g++) {
      cursor[g] = firstFrom(groupStart[index] + g, from);
    }
    int at = from;
    while (at < to) {
      int nearest = nearest(index, cursor);
      int next = nearest < 0 ? to : Math.min(to, blocks[cursor[nearest]]);
      collectBase(index, origin, at, next, into);
      at = next;
      if (at < to) {
        at = collectRun(groupStart[index] + nearest, origin, cursor, nearest, to, into);
      }
    }
  }

  /**
   * Where a group has its first block that is not below {@code number}; holes come after theirs.
   */
  private int firstFrom(int group, int number) {
    int low = blockStart[group];
    int high = blockStart[group + 1];
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (blocks[middle] < number) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The group whose next block comes first; -1 if none has any left. */
  private int nearest(int index, int[] cursor) {
    int nearest = -1;
    for (int g = 0; g < cursor.length; g++) {
      boolean left = cursor[g] < blockStart[groupStart[index] + g + 1];
      if (left && (nearest < 0 || blocks[cursor[g]] < blocks[cursor[nearest]])) {
        nearest = g;
      }
    }
    return nearest;
  }

  /**
   * The run of consecutive blocks of a group at its cursor, cut off at {@code to}. Returns the
   * block after it.
   */
  private int collectRun(int group, long origin, int[] cursor, int which, int to, Pieces into) {
    int start = cursor[which];
    int end = start + 1;
    while (end < blockStart[group + 1] && blocks[end] == blocks[end - 1] + 1 && blocks[end] < to) {
      end++;
    }
    cursor[which] = end;
    while (cursor[which] < blockStart[group + 1] && isHole(group, cursor[which])) {
      cursor[which]++;
    }
    Extent.Source lies =
        source(groupObject[group], groupFirst[group] + (start - blockStart[group]));
    into.add(origin + blocks[start], origin + blocks[end - 1] + 1, lies);
    return blocks[end - 1] + 1;
  }

  private void collectBase(int index, long origin, int from, int to, Pieces into) {
    int held = from;
    if (base[index] != 0) {
      held = Math.max(from, Math.min(to, objects.blocks(base[index] - 1) - baseFirst[index]));
      if (held > from) {
        into.add(origin + from, origin + held, source(base[index], baseFirst[index] + from));
      }
    }
    into.add(origin + held, origin + to, Extent.Source.ZEROS);
  }

  private Extent.Source source(int object, int firstBlock) {
    return object == 0
        ? Extent.Source.ZEROS
        : new Extent.Source.InObject(objects.get(object - 1), firstBlock);
  }
}
