package io.s3shard.csi;

import io.s3shard.log.VolumeState;
import io.s3shard.proto.csi.v1.ListVolumesResponse;
import io.s3shard.proto.csi.v1.Volume;

/** Volumes as CSI shows them: the same at every answer. */
final class Shown {
  private Shown() {}

  static Volume volume(String store, io.s3shard.volume.Volume volume) {
    VolumeState state = volume.state();
    Volume.Builder shown =
        Volume.newBuilder()
            .setVolumeId(new VolumeHandle(store, volume.id()).toString())
            .setCapacityBytes(state.sizeBytes())
            .putAllVolumeContext(PluginAttributes.context(state));
    String source = state.attributes().getOrDefault(PluginAttributes.SOURCE, "");
    if (!source.isEmpty()) {
      shown.setContentSource(Origin.parse(source));
    }
    return shown.build();
  }

  static ListVolumesResponse.Entry entry(String store, io.s3shard.volume.Volume volume) {
    return ListVolumesResponse.Entry.newBuilder()
        .setVolume(volume(store, volume))
        .setStatus(
            ListVolumesResponse.VolumeStatus.newBuilder()
                .addAllPublishedNodeIds(volume.state().attachments().keySet()))
        .build();
  }
}
