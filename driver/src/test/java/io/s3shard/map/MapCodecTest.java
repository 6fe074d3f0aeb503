package io.s3shard.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.s3shard.error.Damaged;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.ObjectRef;
import io.s3shard.proto.v1.ChunkEntry;
import io.s3shard.proto.v1.Group;
import io.s3shard.proto.v1.ObjectRef.Kind;
import io.s3shard.proto.v1.PageRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Roots and pages as objects: their bytes, and that nothing malformed passes. */
class MapCodecTest {
  private static final ObjectRef ROOT_REF = GoldenMapObjects.ROOT_REF;
  private static final ObjectRef PAGE_REF = GoldenMapObjects.PAGE_REF;
  private static final int CHUNK = GoldenMapObjects.CHUNK_BLOCKS;

  @Test
  void theBytesAreThoseThatBucketsHold() throws IOException {
    assertThat(GoldenMapObjects.bytes("root")).isEqualTo(GoldenMapObjects.encodedRoot());
    assertThat(GoldenMapObjects.bytes("page")).isEqualTo(GoldenMapObjects.encodedPage());
    assertThat(GoldenMapObjects.bytes("page-holes"))
        .isEqualTo(GoldenMapObjects.encodedPageWithHoles());
  }

  @Test
  void bucketsAreRead() throws IOException {
    assertThat(MapCodec.decodeRoot(ROOT_REF, GoldenMapObjects.bytes("root")))
        .isEqualTo(GoldenMapObjects.ROOT);
    assertThat(entries(MapCodec.decodePage(PAGE_REF, CHUNK, GoldenMapObjects.bytes("page"))))
        .isEqualTo(GoldenMapObjects.ENTRIES);
    assertThat(entries(MapCodec.decodePage(PAGE_REF, CHUNK, GoldenMapObjects.bytes("page-holes"))))
        .isEqualTo(GoldenMapObjects.ENTRIES_WITH_HOLES);
  }

  private static List<io.s3shard.map.ChunkEntry> entries(Page page) {
    List<io.s3shard.map.ChunkEntry> entries = new ArrayList<>();
    for (int i = 0; i < page.size(); i++) {
      entries.add(page.entry(i));
    }
    return entries;
  }

  /** Volume 0 in a page is the page's own volume, also when a clone reads it. */
  @Test
  void objectsOfAParentsPageAreTheParents() {
    ObjectRef parents = ObjectRef.map(GoldenMapObjects.PARENT, 1, 5, 1);
    ObjectRef object = ObjectRef.data(GoldenMapObjects.PARENT, 1, 4, 7, CHUNK);
    PageBuilder builder = new PageBuilder(CHUNK);
    builder.add(new io.s3shard.map.ChunkEntry(3, new Base(object, 0), List.of()));
    ByteBuffer whole = MapCodec.encodePage(parents, builder.build()).toBuffer();

    Page page = MapCodec.decodePage(parents, CHUNK, whole);

    assertThat(entries(page))
        .singleElement()
        .extracting(io.s3shard.map.ChunkEntry::base)
        .isEqualTo(new Base(object, 0));
    assertThat(page(whole, parents).getObjects(0).getVolume()).isZero();
  }

  @Test
  void anObjectUnderAnotherKeyIsDamaged() throws IOException {
    ObjectRef other = ObjectRef.map(GoldenMapObjects.VOLUME, 2, 701, 1);
    ByteBuffer page = GoldenMapObjects.bytes("page");
    assertThatThrownBy(() -> MapCodec.decodePage(other, CHUNK, page))
        .isInstanceOf(Damaged.class)
        .hasMessageContaining(other.key().value());
  }

  @Test
  void aRootIsNoPage() throws IOException {
    ByteBuffer root = GoldenMapObjects.bytes("root");
    assertThatThrownBy(() -> MapCodec.decodePage(ROOT_REF, CHUNK, root))
        .isInstanceOf(Damaged.class);
  }

  @TestFactory
  List<DynamicTest> aMalformedPageIsDamaged() {
    return List.of(
        badPage(
            "chunks that overflow", page -> page.getEntriesBuilder(3).setChunkGap(Long.MAX_VALUE)),
        badPage("a negative gap", page -> page.getEntriesBuilder(1).setChunkGap(-1)),
        badPage(
            "chunks beyond any image",
            page -> page.getEntriesBuilder(1).setChunkGap(Integer.MAX_VALUE)),
        badPage("an object that is not listed", page -> page.getEntriesBuilder(0).setBase(3)),
        badPage(
            "a base beyond its object", page -> page.getEntriesBuilder(1).setBaseFirstBlock(5000)),
        badPage(
            "a base before its object", page -> page.getEntriesBuilder(1).setBaseFirstBlock(-1)),
        badPage("a position in no base", page -> page.getEntriesBuilder(2).setBaseFirstBlock(1)),
        badPage("nine groups", page -> nineGroups(page.getEntriesBuilder(2))),
        badGroup(
            "zeros with a hole",
            group -> group.setObject(0).setFirstBlock(0).setBlocks(numbers(1, 1))),
        badGroup("blocks that fall", group -> group.setBlocks(numbers(2, 1))),
        badGroup("a block beyond the chunk", group -> group.setBlocks(numbers(1, CHUNK))),
        badGroup("a block in two groups", group -> group.setBlocks(numbers(1, 5))),
        badGroup(
            "an odd number of bytes",
            group -> group.setBlocks(ByteString.copyFrom(new byte[] {1, 0, 2}))),
        badGroup("no blocks", group -> group.setBlocks(ByteString.EMPTY)),
        badGroup("blocks beyond the object", group -> group.setFirstBlock(4998)),
        badGroup("blocks before the object", group -> group.setFirstBlock(-2)),
        badGroup("an object beyond the table", group -> group.setObject(-1)),
        badGroup("zeros at a position", group -> group.setObject(0)),
        badPage("a volume that is not listed", page -> page.getObjectsBuilder(0).setVolume(2)),
        badPage("a volume that is none", page -> page.setVolumes(0, "xyz")),
        badPage("too many volumes", page -> manyVolumes(page)),
        badPage("inline data", page -> page.getObjectsBuilder(0).setKind(Kind.KIND_LOG)),
        badPage("an object of no kind", page -> page.getObjectsBuilder(0).setKindValue(77)),
        badPage("an empty object", page -> page.getObjectsBuilder(0).setBlocks(0)),
        badPage("a negative object", page -> page.getObjectsBuilder(0).setBlocks(-7)),
        badPage("a negative epoch", page -> page.getObjectsBuilder(0).setEpoch(-7)));
  }

  private static void nineGroups(ChunkEntry.Builder entry) {
    for (int i = 0; i < 9; i++) {
      entry.addGroups(Group.newBuilder().setObject(2).setFirstBlock(2 * i).setBlocks(numbers(i)));
    }
  }

  private static void manyVolumes(io.s3shard.proto.v1.Page.Builder page) {
    for (int i = 0; i < 255; i++) {
      page.addVolumes(MapWorld.volume(i).value());
    }
  }

  @TestFactory
  List<DynamicTest> aMalformedRootIsDamaged() {
    return List.of(
        badRoot("pages that fall", root -> root.getPagesBuilder(1).setFirstChunk(0)),
        badRoot("a negative chunk", root -> root.getPagesBuilder(0).setFirstChunk(-1)),
        badRoot(
            "a page without a place",
            root -> root.addPages(PageRef.newBuilder().setFirstChunk(999))),
        badRoot(
            "a page that is data",
            root -> root.getPagesBuilder(0).getPageBuilder().setKind(Kind.KIND_DATA)),
        badRoot("a delta in the log", root -> root.getDeltasBuilder(0).setKind(Kind.KIND_LOG)),
        badRoot("a page with a payload", root -> root.getDeltasBuilder(0).setBlocks(1)),
        badRoot("a chunk size that is no power of two", root -> root.setChunkSizeBytes(5 << 20)),
        badRoot("a small chunk", root -> root.setChunkSizeBytes(128 << 10)),
        badRoot("a large chunk", root -> root.setChunkSizeBytes(128 << 20)),
        badRoot("a chunk size beyond 2^31", root -> root.setChunkSizeBytes(1 << 31)),
        badRoot("a negative size", root -> root.setSizeBytes(-1)),
        badRoot("a large size", root -> root.setSizeBytes((64L << 40) + 1)),
        badRoot("a negative slot", root -> root.setCovers(-1)),
        badRoot("a volume that is none", root -> root.setVolumes(0, "")));
  }

  private static DynamicTest badGroup(String what, Consumer<Group.Builder> damage) {
    return badPage(what, page -> damage.accept(page.getEntriesBuilder(1).getGroupsBuilder(1)));
  }

  private static DynamicTest badPage(
      String what, Consumer<io.s3shard.proto.v1.Page.Builder> damage) {
    return DynamicTest.dynamicTest(
        what,
        () -> {
          io.s3shard.proto.v1.Page.Builder page =
              page(GoldenMapObjects.encodedPage(), PAGE_REF).toBuilder();
          damage.accept(page);
          ByteBuffer whole = object(ObjectFormat.Kind.PAGE, PAGE_REF, page.build().toByteArray());
          assertThatThrownBy(() -> MapCodec.decodePage(PAGE_REF, CHUNK, whole))
              .isInstanceOf(Damaged.class)
              .hasMessageContaining(PAGE_REF.key().value());
        });
  }

  private static DynamicTest badRoot(
      String what, Consumer<io.s3shard.proto.v1.Root.Builder> damage) {
    return DynamicTest.dynamicTest(
        what,
        () -> {
          ByteBuffer metadata =
              metadata(ObjectFormat.Kind.ROOT, ROOT_REF, GoldenMapObjects.encodedRoot());
          io.s3shard.proto.v1.Root.Builder root =
              io.s3shard.proto.v1.Root.parseFrom(metadata).toBuilder();
          damage.accept(root);
          ByteBuffer whole = object(ObjectFormat.Kind.ROOT, ROOT_REF, root.build().toByteArray());
          assertThatThrownBy(() -> MapCodec.decodeRoot(ROOT_REF, whole))
              .isInstanceOf(Damaged.class)
              .hasMessageContaining(ROOT_REF.key().value());
        });
  }

  /** Any bytes under a right checksum are decoded, or damaged; never another exception. */
  @Test
  void anyMetadataIsDecodedOrDamaged() {
    int refused = 0;
    for (long seed = 1; seed <= 20_000; seed++) {
      Random random = new Random(seed);
      boolean page = random.nextBoolean();
      ObjectFormat.Kind kind = page ? ObjectFormat.Kind.PAGE : ObjectFormat.Kind.ROOT;
      ObjectRef ref = page ? PAGE_REF : ROOT_REF;
      byte[] metadata =
          mutate(
              bytes(
                  metadata(
                      kind,
                      ref,
                      page ? GoldenMapObjects.encodedPage() : GoldenMapObjects.encodedRoot())),
              random);
      refused += refuses(ref, page, object(kind, ref, metadata), seed) ? 1 : 0;
    }
    assertThat(refused).isBetween(2_000, 19_900);
  }

  /** Flipped and cut objects do not pass their checksums. */
  @Test
  void corruptObjectsAreDamaged() {
    for (long seed = 1; seed <= 5_000; seed++) {
      Random random = new Random(seed);
      byte[] whole = bytes(GoldenMapObjects.encodedPage());
      byte[] corrupt = mutate(whole, random);
      boolean same = java.util.Arrays.equals(whole, corrupt);
      assertThat(refuses(PAGE_REF, true, ByteBuffer.wrap(corrupt), seed))
          .as("seed %s", seed)
          .isNotEqualTo(same);
    }
  }

  private static boolean refuses(ObjectRef ref, boolean page, ByteBuffer whole, long seed) {
    try {
      if (page) {
        entries(MapCodec.decodePage(ref, CHUNK, whole));
      } else {
        MapCodec.decodeRoot(ref, whole);
      }
      return false;
    } catch (Damaged e) {
      assertThat(e).hasMessageContaining(ref.key().value());
      return true;
    } catch (RuntimeException e) {
      throw new AssertionError("seed " + seed, e);
    }
  }

  private static byte[] mutate(byte[] from, Random random) {
    byte[] bytes = from.clone();
    for (int i = random.nextInt(3); i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return random.nextInt(4) == 0
        ? java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length))
        : bytes;
  }

  private static io.s3shard.proto.v1.Page page(ByteBuffer whole, ObjectRef ref) {
    try {
      return io.s3shard.proto.v1.Page.parseFrom(metadata(ObjectFormat.Kind.PAGE, ref, whole));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static ByteBuffer metadata(ObjectFormat.Kind kind, ObjectRef ref, ByteBuffer whole) {
    return ObjectFormat.decode(kind, ref.key(), whole).metadata();
  }

  private static ByteBuffer object(ObjectFormat.Kind kind, ObjectRef ref, byte[] metadata) {
    return ObjectFormat.encode(kind, ref.key(), List.of(), metadata).toBuffer();
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  private static ByteString numbers(int... numbers) {
    byte[] pairs = new byte[2 * numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      pairs[2 * i] = (byte) numbers[i];
      pairs[2 * i + 1] = (byte) (numbers[i] >> 8);
    }
    return ByteString.copyFrom(pairs);
  }
}
