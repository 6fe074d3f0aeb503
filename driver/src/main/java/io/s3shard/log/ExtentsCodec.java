package io.s3shard.log;

import io.s3shard.format.BlockRange;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.ObjectRef;
import io.s3shard.proto.v1.Extents;
import io.s3shard.store.Body;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The extents of a COMMIT as columns: in the record itself, or in a map object of their own. */
public final class ExtentsCodec {
  /** Blocks of the largest image: 64 TiB (DESIGN §5). */
  public static final long MAX_BLOCKS = 1L << 34;

  /** Blocks in a run; a longer one, which is zeros, is cut. */
  private static final long LONGEST_RUN = 1L << 30;

  private static final int ZEROS = 0;
  private static final int PAYLOAD = 1;
  private static final int FIRST_OBJECT = 2;

  private ExtentsCodec() {}

  /**
   * A long index as an object.
   *
   * @param ref the object's name, of kind MAP
   * @param extents sorted and disjoint; inline ones name {@code ObjectRef.log(volume, 0, blocks)}
   */
  public static Body encodeObject(ObjectRef ref, List<Extent> extents) {
    byte[] metadata = encode(ObjectRef.log(ref.volume(), 0, 0), extents).toByteArray();
    return ObjectFormat.encode(ObjectFormat.Kind.EXTENTS, ref.key(), List.of(), metadata);
  }

  /**
   * The extents of such an object.
   *
   * @param record the COMMIT that names it, with its slot and the blocks of its payload
   * @throws io.s3shard.error.Damaged naming the object
   */
  public static List<Extent> decodeObject(ObjectRef ref, ObjectRef record, ByteBuffer whole) {
    ByteBuffer metadata =
        ObjectFormat.decode(ObjectFormat.Kind.EXTENTS, ref.key(), whole).metadata();
    return Decoding.of(ref.key(), () -> decode(record, Extents.parseFrom(metadata)));
  }

  /**
   * {@code record}: the COMMIT around; what names it, or slot 0 of its volume, lies in its payload.
   */
  static Extents encode(ObjectRef record, List<Extent> extents) {
    Extents.Builder columns = Extents.newBuilder();
    ObjectRefs refs = new ObjectRefs(record.volume());
    Map<ObjectRef, Integer> objects = new LinkedHashMap<>();
    boolean rebases = extents.stream().anyMatch(extent -> extent.upTo() != 0);
    long end = 0;
    for (Extent extent : extents) {
      BlockRange range = extent.range();
      if (range.first() < end) {
        throw new IllegalArgumentException(
            "extents are not sorted and disjoint at block " + range.first());
      }
      long gap = range.first() - end;
      for (long done = 0; done < range.count(); done += LONGEST_RUN, gap = 0) {
        columns.addGap(gap).addCount((int) Math.min(LONGEST_RUN, range.count() - done));
        switch (extent.source().skip(done)) {
          case Extent.Source.Zeros _ -> columns.addSource(ZEROS).addFirstBlock(0);
          case Extent.Source.InObject in -> {
            int source = isPayload(in.object(), record) ? PAYLOAD : index(objects, in.object());
            columns.addSource(source).addFirstBlock(Math.toIntExact(in.firstBlock()));
          }
        }
        if (rebases) {
          columns.addUpTo(extent.upTo());
        }
      }
      end = range.end();
    }
    objects.keySet().forEach(object -> columns.addObjects(refs.encode(object)));
    return columns.addAllVolumes(refs.table()).build();
  }

  /**
   * @throws IllegalArgumentException saying what can't be
   */
  static List<Extent> decode(ObjectRef record, Extents columns) {
    int runs = columns.getGapCount();
    boolean even =
        columns.getCountCount() == runs
            && columns.getSourceCount() == runs
            && columns.getFirstBlockCount() == runs;
    if (!even || columns.getUpToCount() != 0 && columns.getUpToCount() != runs) {
      throw new IllegalArgumentException("the columns of its extents are of unequal length");
    }
    ObjectRefs refs = new ObjectRefs(record.volume(), columns.getVolumesList());
    List<ObjectRef> objects = columns.getObjectsList().stream().map(refs::decode).toList();
    List<Extent> extents = new ArrayList<>(runs);
    long end = 0;
    for (int i = 0; i < runs; i++) {
      BlockRange range = range(end, columns.getGap(i), columns.getCount(i));
      end = range.end();
      long upTo = columns.getUpToCount() == 0 ? 0 : columns.getUpTo(i);
      Checks.atLeast(0, upTo, "the slot up to which a run replaces");
      extents.add(new Extent(range, source(record, objects, columns, i), upTo));
    }
    return List.copyOf(extents);
  }

  private static BlockRange range(long end, long gap, int count) {
    boolean fits = gap >= 0 && gap <= MAX_BLOCKS && count >= 1 && end + gap + count <= MAX_BLOCKS;
    if (!fits) {
      throw new IllegalArgumentException(
          "a run of " + count + " blocks, " + gap + " blocks after block " + end);
    }
    return new BlockRange(end + gap, count);
  }

  private static Extent.Source source(
      ObjectRef record, List<ObjectRef> objects, Extents columns, int i) {
    int source = columns.getSource(i);
    int first = columns.getFirstBlock(i);
    if (source == ZEROS && first == 0) {
      return Extent.Source.ZEROS;
    }
    if (source < PAYLOAD || source - FIRST_OBJECT >= objects.size()) {
      throw new IllegalArgumentException(
          "a run lies in object " + source + " of " + objects.size() + ", block " + first);
    }
    ObjectRef object = source == PAYLOAD ? record : objects.get(source - FIRST_OBJECT);
    boolean inside = first >= 0 && (long) first + columns.getCount(i) <= object.blocks();
    if (!inside || object.kind() == ObjectRef.Kind.MAP) {
      String run = columns.getCount(i) + " blocks from block " + first;
      throw new IllegalArgumentException(
          "a run of " + run + " can't lie in " + object.key() + " of " + object.blocks());
    }
    return new Extent.Source.InObject(object, first);
  }

  /** Whether {@code object} is the payload of {@code record}, which may not have its slot yet. */
  static boolean isPayload(ObjectRef object, ObjectRef record) {
    boolean log = object.kind() == ObjectRef.Kind.LOG && object.volume().equals(record.volume());
    return log && (object.epoch() == 0 || object.epoch() == record.epoch());
  }

  private static int index(Map<ObjectRef, Integer> objects, ObjectRef object) {
    return objects.computeIfAbsent(object, _ -> objects.size() + FIRST_OBJECT);
  }
}
