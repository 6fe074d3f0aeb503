package io.s3shard.log;

import java.util.Optional;

/** Becoming the owner of a volume. */
public final class Opening {
  private final VolumeLog log;

  public Opening(VolumeLog log) {
    this.log = log;
  }

  /**
   * Appends OPEN and confirms it. Empty if another epoch than {@code presumedEpoch} (0: none) is
   * open, or was before the OPEN landed: the caller loads and looks again. {@code writer} has a new
   * id for every call.
   *
   * @throws io.s3shard.error.VolumeBusy if the volume is deleted, or the node is not attached for
   *     writing and must be
   * @throws io.s3shard.error.StoreUnavailable if it is not known what became of the OPEN
   */
  public Optional<OwnedLog> open(
      Writer writer, long presumedEpoch, boolean takesOver, OwnerSettings settings) {
    return open(writer, presumedEpoch, takesOver, settings, Optional.empty());
  }

  /**
   * The same after {@code loaded}, whose epoch is presumed, and which is not loaded once more: the
   * first try costs a PUT and the LIST that confirms it.
   */
  public Optional<OwnedLog> open(
      Writer writer, LoadedLog loaded, boolean takesOver, OwnerSettings settings) {
    long presumedEpoch = loaded.state().openEpoch();
    return open(writer, presumedEpoch, takesOver, settings, Optional.of(loaded));
  }

  private Optional<OwnedLog> open(
      Writer writer,
      long presumedEpoch,
      boolean takesOver,
      OwnerSettings settings,
      Optional<LoadedLog> loaded) {
    long now = log.parts().execution().now().toEpochMilli();
    LogRecord open = new LogRecord.Open(writer, presumedEpoch, takesOver, now);
    return new Appending(
            log.parts(),
            (state, slot) ->
                state.openEpoch() == slot && state.owner().orElseThrow().writer().equals(writer))
        .run(
            state -> state.openEpoch() == presumedEpoch ? Optional.of(open) : Optional.empty(),
            loaded)
        .map(opened -> new OwnedLog(log, opened.log(), settings));
  }
}
