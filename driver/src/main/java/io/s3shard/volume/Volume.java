package io.s3shard.volume;

import io.s3shard.format.VolumeId;
import io.s3shard.log.LoadedLog;
import io.s3shard.log.VolumeState;

/** A volume as its log showed it when it was looked at. */
public record Volume(VolumeId id, LoadedLog log) {
  public VolumeState state() {
    return log.state();
  }

  public String name() {
    return state().name();
  }

  /** How commands find it: by its name, or once it is deleted by its id. */
  public String reference() {
    return state().retired() ? id.value() : name();
  }

  /** Whether {@code name} still means it: neither deleted nor renamed. */
  boolean isCalled(String name) {
    return isCalled(state(), name);
  }

  static boolean isCalled(VolumeState state, String name) {
    return !state.retired() && !state.abandoned() && state.name().equals(name);
  }
}
