package io.s3shard.damage;

import io.s3shard.store.ObjectKey;
import java.util.Arrays;
import java.util.Map;

/** What can happen to an object. {@code other}: a sound one of the same kind. */
enum Damage {
  DELETED {
    @Override
    void to(ObjectKey key, ObjectKey other, Map<ObjectKey, byte[]> bucket) {
      bucket.remove(key);
    }
  },
  EMPTY {
    @Override
    byte[] of(byte[] object) {
      return new byte[0];
    }
  },
  HALF {
    @Override
    byte[] of(byte[] object) {
      return Arrays.copyOf(object, object.length / 2);
    }
  },
  LAST_BYTE_MISSING {
    @Override
    byte[] of(byte[] object) {
      return Arrays.copyOf(object, object.length - 1);
    }
  },
  SWAPPED {
    @Override
    void to(ObjectKey key, ObjectKey other, Map<ObjectKey, byte[]> bucket) {
      byte[] mine = bucket.get(key);
      bucket.put(key, bucket.get(other));
      bucket.put(other, mine);
    }
  },
  FIRST_BIT_FLIPPED {
    @Override
    byte[] of(byte[] object) {
      return flipped(object, 0);
    }
  },
  A_BIT_IN_THE_MIDDLE_FLIPPED {
    @Override
    byte[] of(byte[] object) {
      return flipped(object, object.length / 2);
    }
  },
  LAST_BIT_FLIPPED {
    @Override
    byte[] of(byte[] object) {
      return flipped(object, object.length - 1);
    }
  },
  A_BIT_OF_EACH_SECTOR_FLIPPED {
    @Override
    byte[] of(byte[] object) {
      byte[] flipped = object;
      for (int at = 100; at < object.length; at += 512) {
        flipped = flipped(flipped, at);
      }
      return object.length <= 100 ? flipped(object, object.length / 2) : flipped;
    }
  },
  ZEROS {
    @Override
    byte[] of(byte[] object) {
      return new byte[object.length];
    }
  };

  /** Whether whoever reads any part of the object meets it. */
  boolean isEverywhere() {
    return switch (this) {
      case DELETED, EMPTY, SWAPPED, A_BIT_OF_EACH_SECTOR_FLIPPED, ZEROS -> true;
      case HALF,
          LAST_BYTE_MISSING,
          FIRST_BIT_FLIPPED,
          A_BIT_IN_THE_MIDDLE_FLIPPED,
          LAST_BIT_FLIPPED ->
          false;
    };
  }

  /** Of what is only damaged itself. */
  byte[] of(byte[] object) {
    throw new UnsupportedOperationException();
  }

  void to(ObjectKey key, ObjectKey other, Map<ObjectKey, byte[]> bucket) {
    bucket.compute(key, (_, object) -> of(object));
  }

  private static byte[] flipped(byte[] object, int at) {
    byte[] flipped = object.clone();
    flipped[at] ^= 1;
    return flipped;
  }
}
