package io.s3shard.map;

import com.google.protobuf.CodedOutputStream;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import org.jspecify.annotations.Nullable;

/**
 * Collects the entries of a page, by rising chunk, and checks each: it is the one gate for what is
 * decoded and for what is written. Throws {@link IllegalArgumentException} that says what is wrong.
 */
final class PageBuilder {
  // The most that an entry, a group, an object and a volume take: fields of at most 5 bytes, 10 in
  // an object; tags; lengths.
  private static final int OBJECT_BYTES = 20 + 3 * 10;
  private static final int VOLUME_BYTES = 34;
  static final int ENTRY_BYTES = 27 + OBJECT_BYTES + VOLUME_BYTES;
  static final int GROUP_BYTES = 20 + OBJECT_BYTES + VOLUME_BYTES;

  final ObjectTable.Builder objects = new ObjectTable.Builder();
  final IntColumn chunks = new IntColumn();
  final IntColumn base = new IntColumn();
  final IntColumn baseFirst = new IntColumn();
  final IntColumn groupStart = new IntColumn();
  final IntColumn groupObject = new IntColumn();
  final IntColumn groupFirst = new IntColumn();
  final IntColumn blockStart = new IntColumn();
  final CharColumn blocks = new CharColumn();

  private final int chunkBlocks;
  private final boolean[] taken;
  private long encodedBytes;
  private int entryBytes;

  PageBuilder(int chunkBlocks) {
    this.chunkBlocks = chunkBlocks;
    this.taken = new boolean[chunkBlocks];
    groupStart.add(0);
    blockStart.add(0);
  }

  int size() {
    return chunks.size();
  }

  /**
   * How long the metadata of these entries is, at most; at most 3 bytes too many an object, and 34
   * a volume.
   */
  long encodedBytes() {
    return encodedBytes;
  }

  void add(ChunkEntry entry) {
    entry(entry.chunk(), entry.base());
    for (Group group : entry.groups()) {
      switch (group.source()) {
        case Extent.Source.Zeros zeros -> group(null, 0);
        case Extent.Source.InObject in -> group(in.object(), Math.toIntExact(in.firstBlock()));
      }
      for (int i = 0; i < group.blocks().size(); i++) {
        block(group.blocks().get(i));
      }
    }
    endEntry();
  }

  /** Begins the entry of a chunk above all before; its groups follow, then {@link #endEntry}. */
  void entry(long chunk, @Nullable Base lies) {
    boolean rises = chunks.size() == 0 || chunk > chunks.get(chunks.size() - 1);
    if (!rises || chunk < 0 || chunk > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("chunk " + chunk + " is out of order or range");
    }
    chunks.add((int) chunk);
    base.add(lies == null ? 0 : object(lies.object()));
    baseFirst.add(lies == null ? 0 : lies.firstBlock());
  }

  /** Begins a group; its blocks follow. {@code object}: null for zeros. */
  void group(@Nullable ObjectRef object, int firstBlock) {
    endGroup();
    groupObject.add(object == null ? 0 : object(object));
    groupFirst.add(firstBlock);
    if (firstBlock < 0 || object == null && firstBlock != 0) {
      throw wrong("begins a group at block " + firstBlock);
    }
  }

  void block(char number) {
    int start = blockStart.get(blockStart.size() - 1);
    char before = blocks.size() > start ? blocks.get(blocks.size() - 1) : 0;
    if (blocks.size() > start && before > number) {
      throw wrong("has a group whose blocks fall at " + (int) number);
    }
    if (blocks.size() > start && before == number) {
      hole(number);
      return;
    }
    if (number >= chunkBlocks || taken[number]) {
      throw wrong(
          "has block "
              + (int) number
              + (number >= chunkBlocks ? " beyond its end" : " in two groups"));
    }
    taken[number] = true;
    blocks.add(number);
  }

  private void hole(char number) {
    if (groupObject.get(groupObject.size() - 1) == 0) {
      throw wrong("has zeros with a hole at " + (int) number);
    }
    blocks.add(number);
  }

  void endEntry() {
    endGroup();
    int groups = groupObject.size() - groupStart.get(groupStart.size() - 1);
    if (groups > ChunkEntry.MAX_GROUPS) {
      throw wrong("has " + groups + " groups");
    }
    int from = blockStart.get(groupStart.get(groupStart.size() - 1));
    for (int b = from; b < blocks.size(); b++) {
      taken[blocks.get(b)] = false;
    }
    groupStart.add(groupObject.size());
    int last = chunks.size() - 1;
    int gap = last == 0 ? chunks.get(0) : chunks.get(last) - chunks.get(last - 1) - 1;
    entryBytes += field(gap) + field(base.get(last)) + field(baseFirst.get(last));
    encodedBytes += framed(entryBytes);
    entryBytes = 0;
  }

  Page build() {
    return new Page(this);
  }

  private void endGroup() {
    if (blockStart.size() > groupObject.size()) {
      return;
    }
    int count = blocks.size() - blockStart.get(blockStart.size() - 1);
    int object = groupObject.get(groupObject.size() - 1);
    int first = groupFirst.get(groupObject.size() - 1);
    if (count == 0) {
      throw wrong("has an empty group");
    }
    if (object != 0 && (long) first + count > objects.get(object - 1).blocks()) {
      throw wrong("has a group beyond the end of " + objects.get(object - 1).key());
    }
    blockStart.add(blocks.size());
    entryBytes += framed(field(object) + field(first) + framed(2 * count));
  }

  private int object(ObjectRef object) {
    int before = objects.size();
    int volumes = objects.volumes();
    int index = objects.add(object);
    encodedBytes += (long) VOLUME_BYTES * (objects.volumes() - volumes);
    if (index == before) {
      // length, kind and volume
      encodedBytes +=
          2 + 2 + 3 + field(object.epoch()) + field(object.tail()) + field(object.counter());
      encodedBytes += field(object.blocks());
    }
    return index + 1;
  }

  /** Bytes of a number with its tag; 0 is left out. */
  private static int field(long value) {
    return value == 0 ? 0 : 1 + CodedOutputStream.computeUInt64SizeNoTag(value);
  }

  /** Bytes of a message, or a string of bytes, with its tag and length. */
  private static int framed(int length) {
    return 1 + CodedOutputStream.computeUInt32SizeNoTag(length) + length;
  }

  private IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException("chunk " + chunks.get(chunks.size() - 1) + " " + what);
  }
}
