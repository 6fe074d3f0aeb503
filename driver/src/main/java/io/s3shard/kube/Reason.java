package io.s3shard.kube;

/** Why we write an event. The names are part of what users' rules look for: never renamed. */
public enum Reason {
  BucketUnavailable(true),
  BucketRecovered(false),
  VolumeFenced(true),
  VolumePoisoned(true),
  VolumeLost(true);

  private final boolean warning;

  Reason(boolean warning) {
    this.warning = warning;
  }

  String type() {
    return warning ? "Warning" : "Normal";
  }
}
