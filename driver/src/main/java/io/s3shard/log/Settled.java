package io.s3shard.log;

import java.nio.ByteBuffer;
import java.util.Optional;

/** What is known of the slot that a record was put to. */
sealed interface Settled {
  /** The record is in {@code slot}. */
  record Ours(long slot) implements Settled {}

  /** Another is. {@code there}: its bytes, if they were read. */
  record Taken(Optional<ByteBuffer> there) implements Settled {}

  /** Something was, and is gone: the slot has been trimmed, so the log went on without us. */
  record Vanished() implements Settled {}
}
