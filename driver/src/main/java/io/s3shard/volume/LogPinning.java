package io.s3shard.volume;

import io.s3shard.error.VolumeMissing;
import io.s3shard.format.VolumeId;
import io.s3shard.log.Appended;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeState;
import java.util.Optional;
import java.util.function.Function;

/** Puts pins into volumes' logs, and takes them away, as somebody who is not the owner. */
final class LogPinning implements Pinning {
  private final Volumes volumes;

  LogPinning(Volumes volumes) {
    this.volumes = volumes;
  }

  /** Mostly the log is read once: the name is looked at in the state that the PIN follows. */
  @Override
  public Snapshot pin(String volume, PinRequest request) {
    VolumeId guess = volumes.guessId(volume);
    try {
      return pinCalled(volume, guess, request);
    } catch (VolumeMissing stale) {
      VolumeId id = volumes.get(volume).id();
      if (id.equals(guess)) {
        throw stale;
      }
      return pinCalled(volume, id, request);
    }
  }

  private Snapshot pinCalled(String volume, VolumeId id, PinRequest request) {
    return append(
        id,
        state -> {
          if (!Volume.isCalled(state, volume)) {
            throw volumes.missing(volume);
          }
          return request.record(state);
        });
  }

  Snapshot pin(VolumeId id, PinRequest request) {
    return append(
        id,
        state -> {
          if (state.retired() && request.position() == 0) {
            throw volumes.missing(id.value());
          }
          return request.record(state);
        });
  }

  private Snapshot append(VolumeId id, Function<VolumeState, LogRecord> request) {
    Appended appended = volumes.log(id).append(request, (state, slot) -> state.pins().has(slot));
    return Snapshots.at(id, appended);
  }

  /** Takes a pin away. False: it was gone already. */
  boolean unpin(VolumeId id, long pin) {
    return volumes
        .log(id)
        .appendUnless(
            state ->
                state.pins().has(pin) ? Optional.of(new LogRecord.Unpin(pin)) : Optional.empty(),
            (state, _) -> !state.pins().has(pin))
        .isPresent();
  }
}
