package io.s3shard.log;

import com.google.protobuf.InvalidProtocolBufferException;
import io.s3shard.error.Damaged;
import io.s3shard.store.ObjectKey;

/**
 * Where what an object says turns into values: whatever can't be is damage that names the object.
 */
final class Decoding {
  private Decoding() {}

  /** Parses and checks. Its {@link IllegalArgumentException} says what can't be. */
  @FunctionalInterface
  interface Body<T> {
    T decode() throws InvalidProtocolBufferException;
  }

  /**
   * @throws Damaged naming {@code key}
   */
  static <T> T of(ObjectKey key, Body<T> body) {
    try {
      return body.decode();
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new Damaged("object " + key + " is damaged: " + e.getMessage(), e);
    }
  }
}
