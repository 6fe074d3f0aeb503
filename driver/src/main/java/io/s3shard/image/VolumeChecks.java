package io.s3shard.image;

import io.s3shard.execution.Execution;
import io.s3shard.format.VolumeId;
import io.s3shard.log.LivePin;
import io.s3shard.store.ObjectStore;
import java.util.Optional;

/** Checks of many states, each object of which is read once. For one caller. */
public final class VolumeChecks {
  private final ObjectStore store;
  private final Execution execution;
  private final DataCheck data;

  /**
   * @param fast look only whether objects are there and long enough
   */
  public VolumeChecks(ObjectStore store, Execution execution, boolean fast) {
    this.store = store;
    this.execution = execution;
    this.data =
        fast ? new ListedObjects(store) : new RememberingCheck(new ReadFrames(store, execution));
  }

  /**
   * Of the present state.
   *
   * @throws io.s3shard.error.Damaged if not even the map can be read
   */
  public VolumeCheck present(VolumeId volume) {
    return new VolumeCheck(volume, store, execution, data, Optional.empty());
  }

  /**
   * Of the state that a pin keeps.
   *
   * @throws io.s3shard.error.Damaged if not even the map can be read
   */
  public VolumeCheck pinned(VolumeId volume, LivePin pin) {
    return new VolumeCheck(volume, store, execution, data, Optional.of(pin));
  }
}
