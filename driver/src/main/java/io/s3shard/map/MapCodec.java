package io.s3shard.map;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.s3shard.error.Damaged;
import io.s3shard.format.Blocks;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.ObjectRef;
import io.s3shard.proto.v1.PageOrBuilder;
import io.s3shard.store.Body;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Roots and pages as objects. Decoding throws {@link io.s3shard.error.Damaged} naming the key, and
 * nothing else.
 */
public final class MapCodec {
  /** DESIGN §5: an image is at most 64 TiB, a chunk 256 KiB to 64 MiB. */
  private static final long MAX_SIZE_BYTES = 64L << 40;

  private static final int MIN_CHUNK_BYTES = 256 << 10;
  private static final int MAX_CHUNK_BYTES = 64 << 20;

  private MapCodec() {}

  public static Body encodeRoot(ObjectRef ref, Root root) {
    RefTable refs = new RefTable(ref.volume());
    io.s3shard.proto.v1.Root.Builder proto =
        io.s3shard.proto.v1.Root.newBuilder()
            .setCovers(root.covers())
            .setChunkSizeBytes(Math.multiplyExact(root.chunkBlocks(), Blocks.SIZE))
            .setSizeBytes(root.sizeBytes());
    for (PageRef page : root.pages()) {
      proto.addPages(
          io.s3shard.proto.v1.PageRef.newBuilder()
              .setFirstChunk(page.firstChunk())
              .setPage(refs.encode(page.page())));
    }
    root.deltas().forEach(delta -> proto.addDeltas(refs.encode(delta)));
    proto.addAllVolumes(refs.table());
    return encode(ObjectFormat.Kind.ROOT, ref, proto.build().toByteArray());
  }

  /** {@code whole}: all bytes of the object. */
  public static Root decodeRoot(ObjectRef ref, ByteBuffer whole) {
    ByteBuffer metadata = metadata(ObjectFormat.Kind.ROOT, ref, whole);
    try {
      return root(ref, io.s3shard.proto.v1.Root.parseFrom(metadata));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw damaged(ref, "root", e);
    }
  }

  private static Root root(ObjectRef ref, io.s3shard.proto.v1.Root proto) {
    int chunkBytes = proto.getChunkSizeBytes();
    if (Integer.bitCount(chunkBytes) != 1
        || chunkBytes < MIN_CHUNK_BYTES
        || chunkBytes > MAX_CHUNK_BYTES) {
      throw new IllegalArgumentException(
          "its chunk size is " + Integer.toUnsignedString(chunkBytes));
    }
    if (proto.getSizeBytes() > MAX_SIZE_BYTES) {
      throw new IllegalArgumentException("its size is " + proto.getSizeBytes());
    }
    RefTable refs = new RefTable(ref.volume(), proto.getVolumesList());
    List<PageRef> pages = new ArrayList<>();
    for (io.s3shard.proto.v1.PageRef page : proto.getPagesList()) {
      pages.add(new PageRef(page.getFirstChunk(), refs.decode(page.getPage(), ObjectRef.Kind.MAP)));
    }
    List<ObjectRef> deltas = new ArrayList<>();
    for (io.s3shard.proto.v1.ObjectRef delta : proto.getDeltasList()) {
      deltas.add(refs.decode(delta, ObjectRef.Kind.MAP));
    }
    return new Root(
        proto.getCovers(), chunkBytes / Blocks.SIZE, proto.getSizeBytes(), pages, deltas);
  }

  /** Also for delta pages. */
  public static Body encodePage(ObjectRef ref, Page page) {
    RefTable refs = new RefTable(ref.volume());
    io.s3shard.proto.v1.Page.Builder proto = io.s3shard.proto.v1.Page.newBuilder();
    long next = 0;
    for (int i = 0; i < page.size(); i++) {
      proto.addEntries(page.encode(i).setChunkGap(page.chunk(i) - next));
      next = page.chunk(i) + 1;
    }
    for (int i = 0; i < page.objects.size(); i++) {
      proto.addObjects(refs.encode(page.objects.get(i)));
    }
    proto.addAllVolumes(refs.table());
    return encode(ObjectFormat.Kind.PAGE, ref, proto.build().toByteArray());
  }

  /**
   * {@code whole}: all bytes of the object; {@code chunkBlocks}: blocks in a chunk of the volume.
   * Also for delta pages.
   */
  public static Page decodePage(ObjectRef ref, int chunkBlocks, ByteBuffer whole) {
    ByteBuffer metadata = metadata(ObjectFormat.Kind.PAGE, ref, whole);
    try {
      return page(ref, chunkBlocks, io.s3shard.proto.v1.Page.parseFrom(metadata));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw damaged(ref, "page", e);
    }
  }

  private static Page page(ObjectRef ref, int chunkBlocks, PageOrBuilder proto) {
    RefTable refs = new RefTable(ref.volume(), proto.getVolumesList());
    List<ObjectRef> objects = new ArrayList<>();
    for (io.s3shard.proto.v1.ObjectRef object : proto.getObjectsList()) {
      objects.add(refs.decode(object, ObjectRef.Kind.DATA));
    }
    PageBuilder page = new PageBuilder(chunkBlocks);
    long next = 0;
    for (io.s3shard.proto.v1.ChunkEntry entry : proto.getEntriesList()) {
      long gap = entry.getChunkGap();
      if (gap < 0 || gap > Integer.MAX_VALUE) {
        throw new IllegalArgumentException("a gap of " + Long.toUnsignedString(gap) + " chunks");
      }
      ObjectRef base = object(objects, entry.getBase());
      if (base == null && entry.getBaseFirstBlock() != 0) {
        throw new IllegalArgumentException(
            "chunk " + (next + gap) + " begins at a block of no object");
      }
      page.entry(next + gap, base == null ? null : new Base(base, entry.getBaseFirstBlock()));
      for (io.s3shard.proto.v1.Group group : entry.getGroupsList()) {
        page.group(object(objects, group.getObject()), group.getFirstBlock());
        blocks(group.getBlocks(), page);
      }
      page.endEntry();
      next += gap + 1;
    }
    return page.build();
  }

  private static void blocks(ByteString pairs, PageBuilder page) {
    if (pairs.size() % 2 != 0) {
      throw new IllegalArgumentException("block numbers of " + pairs.size() + " bytes");
    }
    for (int i = 0; i < pairs.size(); i += 2) {
      page.block((char) (pairs.byteAt(i) & 0xff | (pairs.byteAt(i + 1) & 0xff) << 8));
    }
  }

  private static @Nullable ObjectRef object(List<ObjectRef> objects, int index) {
    if (index < 0 || index > objects.size()) {
      throw new IllegalArgumentException(
          "it names object " + Integer.toUnsignedString(index) + " of " + objects.size());
    }
    return index == 0 ? null : objects.get(index - 1);
  }

  private static Body encode(ObjectFormat.Kind kind, ObjectRef ref, byte[] metadata) {
    return ObjectFormat.encode(kind, ref.key(), List.of(), metadata);
  }

  private static ByteBuffer metadata(ObjectFormat.Kind kind, ObjectRef ref, ByteBuffer whole) {
    ObjectFormat.Decoded decoded = ObjectFormat.decode(kind, ref.key(), whole);
    if (decoded.blocks() != 0) {
      throw new Damaged("object " + ref.key() + " is damaged: a map object with a payload");
    }
    return decoded.metadata();
  }

  private static Damaged damaged(ObjectRef ref, String what, Exception why) {
    return new Damaged(
        "object " + ref.key() + " is damaged: its " + what + " is malformed: " + why.getMessage(),
        why);
  }
}
