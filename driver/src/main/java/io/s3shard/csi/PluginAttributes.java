package io.s3shard.csi;

import io.s3shard.log.VolumeState;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the plugin keeps in the attributes of volumes that it makes. */
final class PluginAttributes {
  /** The name in CreateVolume. */
  static final String NAME = "csi.name";

  /** The digest of the wishes in CreateVolume. */
  static final String REQUEST = "csi.request";

  /** What it was made of, as {@link Origin} writes it. */
  static final String SOURCE = "csi.source";

  static final String FS_TYPE = "csi.fsType";
  static final String ENCRYPTION = "csi.encryption";

  private PluginAttributes() {}

  /** The volume_context: the same for ever. */
  static SortedMap<String, String> context(VolumeState state) {
    SortedMap<String, String> context = new TreeMap<>();
    copy(state, FS_TYPE, context, VolumeContext.FS_TYPE);
    copy(state, ENCRYPTION, context, VolumeContext.ENCRYPTION);
    return context;
  }

  private static void copy(
      VolumeState state, String attribute, SortedMap<String, String> context, String key) {
    String value = state.attributes().get(attribute);
    if (value != null) {
      context.put(key, value);
    }
  }
}
