package io.s3shard.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.error.S3ShardException;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.Blocks;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.image.ArenaDecoding;
import io.s3shard.log.Decoders;
import io.s3shard.map.MapCodec;
import io.s3shard.map.Page;
import io.s3shard.store.Body;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import io.s3shard.volume.Prefix;
import io.s3shard.volume.Volumes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * What reads bytes that others may have written. Metadata lies in a sound object: the checksums of
 * the container would refuse nearly all of it. What comes out is a value or an {@code
 * S3ShardException} with a reason; anything else is a bug.
 */
enum Decoder {
  /** Log records, indexes of extents, pin tables. */
  LOG {
    @Override
    void decode(byte[] bytes) {
      Decoders.all(bytes);
    }
  },
  ROOT {
    @Override
    void decode(byte[] bytes) {
      MapCodec.decodeRoot(MAP, object(ObjectFormat.Kind.ROOT, MAP.key(), bytes).toBuffer());
    }
  },
  PAGE {
    @Override
    void decode(byte[] bytes) {
      ByteBuffer object = object(ObjectFormat.Kind.PAGE, MAP.key(), bytes).toBuffer();
      Page page = MapCodec.decodePage(MAP, CHUNK_BLOCKS, object);
      for (int i = 0; i < page.size(); i++) {
        assertThat(page.entry(i).chunk()).isEqualTo(page.chunk(i));
      }
    }
  },
  NAME {
    @Override
    void decode(byte[] bytes) {
      MemoryStore store = holding(ObjectFormat.Kind.NAME, Layout.name("a"), bytes);
      assertThat(new Volumes(store, new ThreadExecution(), "s3://b/p").find("a")).isEmpty();
    }
  },
  PREFIX {
    @Override
    void decode(byte[] bytes) {
      MemoryStore store = holding(ObjectFormat.Kind.PREFIX_FORMAT, Layout.PREFIX_FORMAT, bytes);
      assertThat(new Prefix(store, "s3://b/p").isClaimed()).isTrue();
    }
  },
  /** The container itself, whole and in ranges. */
  CONTAINER {
    @Override
    void decode(byte[] bytes) {
      int blocks = bytes.length / Blocks.SIZE;
      if (blocks > 0) {
        quietly(() -> ObjectFormat.payload(MAP.key(), 0, blocks, ByteBuffer.wrap(bytes)));
      }
      ObjectFormat.decodeAny(MAP.key(), ByteBuffer.wrap(bytes));
    }
  },
  /** Names of objects: what is understood is spelled in one way only. */
  KEY {
    @Override
    void decode(byte[] bytes) {
      ObjectKey key = new ObjectKey("k" + new String(bytes, StandardCharsets.ISO_8859_1));
      ObjectKey name = new ObjectKey(Layout.NAMES + key.value());
      Layout.nameOf(name).ifPresent(found -> assertThat(Layout.name(found)).isEqualTo(name));
      ObjectKey data = new ObjectKey(Layout.dataFolder(VOLUME) + key.value());
      Layout.object(VOLUME, data).ifPresent(found -> assertThat(found.key()).isEqualTo(data));
      ObjectKey log = new ObjectKey(Layout.logFolder(VOLUME) + key.value());
      Layout.slot(VOLUME, log)
          .ifPresent(slot -> assertThat(Layout.log(VOLUME, slot)).isEqualTo(log));
    }
  },
  /** An arena's file as it lies there, and one whose records have sound checksums. */
  ARENA {
    @Override
    void decode(byte[] bytes) {
      quietly(() -> ArenaDecoding.raw(bytes));
      ArenaDecoding.sound(bytes);
    }
  };

  private static final VolumeId VOLUME = new VolumeId("000102030405060708090a0b0c0d0e0f");
  private static final ObjectRef MAP = ObjectRef.map(VOLUME, 2, 700, 1);
  private static final int CHUNK_BLOCKS = 1024;

  abstract void decode(byte[] bytes);

  /** The first byte says which decoder gets the rest. */
  static void any(byte[] input) {
    if (input.length > 0) {
      Decoder decoder = values()[(input[0] & 0xff) % values().length];
      byte[] rest = Arrays.copyOfRange(input, 1, input.length);
      quietly(() -> decoder.decode(rest));
    }
  }

  /** What {@link #any} must be given so that this gets {@code bytes}. */
  byte[] input(byte[] bytes) {
    byte[] input = new byte[bytes.length + 1];
    input[0] = (byte) ordinal();
    System.arraycopy(bytes, 0, input, 1, bytes.length);
    return input;
  }

  private static void quietly(Runnable decode) {
    try {
      decode.run();
    } catch (S3ShardException refused) {
      assertThat(refused.getMessage()).as("the reason of a refusal").isNotBlank();
    }
  }

  private static MemoryStore holding(ObjectFormat.Kind kind, ObjectKey key, byte[] metadata) {
    MemoryStore store = new MemoryStore();
    store.put(key, object(kind, key, metadata), Purpose.MAP);
    return store;
  }

  private static Body object(ObjectFormat.Kind kind, ObjectKey key, byte[] metadata) {
    return ObjectFormat.encode(kind, key, List.of(), metadata);
  }
}
