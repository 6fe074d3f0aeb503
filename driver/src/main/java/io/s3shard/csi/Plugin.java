package io.s3shard.csi;

/** Who the plugin is. The name is that of the CSIDriver object and can never change. */
public record Plugin(String version) {
  public static final String NAME = "csi.s3shard.io";
}
