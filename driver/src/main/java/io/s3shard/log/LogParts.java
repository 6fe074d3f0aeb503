package io.s3shard.log;

import io.s3shard.error.InvalidRequest;
import io.s3shard.error.S3ShardException;
import io.s3shard.error.VolumeBusy;
import io.s3shard.execution.Execution;
import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** What appending to one volume's log takes, whoever appends. */
record LogParts(
    VolumeId volume,
    ObjectStore store,
    Execution execution,
    RecordCodec codec,
    PinTables pinTables,
    LogReader reader,
    Settling settling,
    LogCounters counters) {

  static LogParts of(VolumeId volume, ObjectStore store, Execution execution) {
    LogCounters counters = new LogCounters();
    RecordCodec codec = new RecordCodec(volume);
    PinTables pinTables = new PinTables(volume, store, execution, counters);
    LogReader reader = new LogReader(volume, store, execution, codec, pinTables, counters);
    return new LogParts(
        volume,
        store,
        execution,
        codec,
        pinTables,
        reader,
        new Settling(store, counters),
        counters);
  }

  /**
   * A record that carries the state after itself and names {@code checkpoint}, or the one that it
   * brings.
   */
  EncodedRecord informed(
      VolumeState after,
      Optional<Checkpoint> checkpoint,
      LogRecord record,
      List<ByteBuffer> payload) {
    Optional<LoadedLog> known = Optional.of(new LoadedLog(after, checkpoint));
    return codec.encode(
        after.tail(), execution.randomBytes(RecordCodec.NONCE_BYTES), record, known, payload);
  }

  /** A record whose sender has not read the slot before it. */
  EncodedRecord blind(long slot, LogRecord record) {
    byte[] nonce = execution.randomBytes(RecordCodec.NONCE_BYTES);
    return codec.encode(slot, nonce, record, Optional.empty(), List.of());
  }

  /**
   * @throws VolumeBusy if {@code record} may not stand after {@code state}; InvalidRequest if it is
   *     a SET or an UNPIN
   */
  void requireLegal(VolumeState state, LogRecord record) {
    Optional<String> why = state.whyVoid(record);
    if (why.isPresent()) {
      throw illegal(record, named(state) + ": " + why.get());
    }
  }

  /** The volume as a message names it. */
  String named(VolumeState state) {
    return "volume \"" + state.name() + "\" (" + volume + ")";
  }

  ObjectKey key(long slot) {
    return Layout.log(volume, slot);
  }

  private static S3ShardException illegal(LogRecord record, String message) {
    return switch (record) {
      case LogRecord.Set _, LogRecord.Unpin _ -> new InvalidRequest(message);
      case LogRecord.Create _,
          LogRecord.Open _,
          LogRecord.Commit _,
          LogRecord.Close _,
          LogRecord.Attach _,
          LogRecord.Detach _,
          LogRecord.Pin _,
          LogRecord.Hold _,
          LogRecord.Release _,
          LogRecord.Retire _ ->
          new VolumeBusy(message);
    };
  }
}
