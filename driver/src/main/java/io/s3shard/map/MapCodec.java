package io.s3shard.map;

import io.s3shard.format.ObjectRef;
import io.s3shard.store.Body;
import java.nio.ByteBuffer;

/** Roots and pages as objects. Decoding throws {@link io.s3shard.error.Damaged} naming the key, and nothing else. */
public final class MapCodec {
  private MapCodec() {}

  public static Body encodeRoot(ObjectRef ref, Root root) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /** {@code whole}: all bytes of the object. */
  public static Root decodeRoot(ObjectRef ref, ByteBuffer whole) {
    throw new UnsupportedOperationException("not landed yet");
  }

  public static Body encodePage(ObjectRef ref, Page page) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /** {@code whole}: all bytes of the object; {@code chunkBlocks}: blocks in a chunk of the volume. Also for delta pages. */
  public static Page decodePage(ObjectRef ref, int chunkBlocks, ByteBuffer whole) {
    throw new UnsupportedOperationException("not landed yet");
  }
}
