package io.s3shard.map;

import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A root and a page whose bytes are kept in the resources {@code format/root.bin} and {@code
 * format/page.bin}. Run {@link #main} with that folder to write those that are not there; what is
 * there is never changed, since buckets hold it.
 */
final class GoldenMapObjects {
  static final VolumeId VOLUME = new VolumeId("000102030405060708090a0b0c0d0e0f");
  static final VolumeId PARENT = new VolumeId("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
  static final ObjectRef ROOT_REF = ObjectRef.map(VOLUME, 2, 700, 3);
  static final ObjectRef PAGE_REF = ObjectRef.map(VOLUME, 2, 700, 1);
  static final int CHUNK_BLOCKS = 1024;

  static final Root ROOT =
      new Root(
          699,
          CHUNK_BLOCKS,
          5L << 30,
          List.of(new PageRef(0, ObjectRef.map(PARENT, 9, 80, 4)), new PageRef(300, PAGE_REF)),
          List.of(ObjectRef.map(PARENT, 9, 90, 5), ObjectRef.map(VOLUME, 2, 700, 2)));

  static final ObjectRef SEGMENT = ObjectRef.data(VOLUME, 2, 650, 17, 5000);
  static final List<ChunkEntry> ENTRIES =
      List.of(
          new ChunkEntry(
              300, new Base(ObjectRef.data(PARENT, 9, 77, 1, CHUNK_BLOCKS), 0), List.of()),
          new ChunkEntry(
              301,
              new Base(SEGMENT, 3000),
              List.of(
                  new Group(Extent.Source.ZEROS, BlockNumbers.of((char) 0, (char) 5, (char) 1023)),
                  new Group(
                      new Extent.Source.InObject(SEGMENT, 40),
                      BlockNumbers.of((char) 1, (char) 2, (char) 600)))),
          new ChunkEntry(450, null, List.of()),
          new ChunkEntry(
              100_000,
              null,
              List.of(
                  new Group(
                      new Extent.Source.InObject(SEGMENT, 4999), BlockNumbers.of((char) 512)))));

  /** A group that was overwritten in the middle. */
  static final List<ChunkEntry> ENTRIES_WITH_HOLES =
      List.of(
          new ChunkEntry(
              302,
              new Base(SEGMENT, 3000),
              List.of(
                  new Group(
                      new Extent.Source.InObject(SEGMENT, 40),
                      BlockNumbers.of((char) 1, (char) 2, (char) 2, (char) 2, (char) 600)))));

  private GoldenMapObjects() {}

  static Page page() {
    return page(ENTRIES);
  }

  private static Page page(List<ChunkEntry> entries) {
    PageBuilder page = new PageBuilder(CHUNK_BLOCKS);
    entries.forEach(page::add);
    return page.build();
  }

  static ByteBuffer encodedPageWithHoles() {
    return MapCodec.encodePage(PAGE_REF, page(ENTRIES_WITH_HOLES)).toBuffer();
  }

  static ByteBuffer bytes(String name) throws IOException {
    try (InputStream in = GoldenMapObjects.class.getResourceAsStream("/format/" + name + ".bin")) {
      if (in == null) {
        throw new IOException("format/" + name + ".bin is not among the resources");
      }
      return ByteBuffer.wrap(in.readAllBytes());
    }
  }

  static ByteBuffer encodedRoot() {
    return MapCodec.encodeRoot(ROOT_REF, ROOT).toBuffer();
  }

  static ByteBuffer encodedPage() {
    return MapCodec.encodePage(PAGE_REF, page()).toBuffer();
  }

  public static void main(String[] folder) throws IOException {
    write(Path.of(folder[0], "root.bin"), encodedRoot());
    write(Path.of(folder[0], "page.bin"), encodedPage());
    write(Path.of(folder[0], "page-holes.bin"), encodedPageWithHoles());
  }

  private static void write(Path file, ByteBuffer object) throws IOException {
    if (!Files.exists(file)) {
      byte[] bytes = new byte[object.remaining()];
      object.get(bytes);
      Files.write(file, bytes);
    }
  }
}
