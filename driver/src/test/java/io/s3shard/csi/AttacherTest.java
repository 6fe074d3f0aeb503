package io.s3shard.csi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.s3shard.proto.csi.v1.ControllerPublishVolumeRequest;
import io.s3shard.proto.csi.v1.ControllerUnpublishVolumeRequest;
import io.s3shard.proto.csi.v1.VolumeCapability;
import io.s3shard.proto.csi.v1.VolumeCapability.AccessMode.Mode;
import io.s3shard.proto.v1.NodeEntry;
import org.junit.jupiter.api.Test;

/** Which nodes get a volume, and how many volumes a node gets. */
class AttacherTest {
  private final Plugged plugged = new Plugged();

  private Status.Code publish(String volume, String node, Mode mode) {
    return Plugged.code(
        plugged.controller::controllerPublishVolume, publishing(volume, node, mode));
  }

  private static ControllerPublishVolumeRequest publishing(String volume, String node, Mode mode) {
    VolumeCapability.Builder how = Plugged.mounted().toBuilder();
    how.getAccessModeBuilder().setMode(mode);
    return ControllerPublishVolumeRequest.newBuilder()
        .setVolumeId(volume)
        .setNodeId(node)
        .setVolumeCapability(how)
        .build();
  }

  private void unpublish(String volume, String node) {
    Plugged.call(
        plugged.controller::controllerUnpublishVolume,
        ControllerUnpublishVolumeRequest.newBuilder().setVolumeId(volume).setNodeId(node).build());
  }

  @Test
  void oneWriterAtATime() {
    String volume = plugged.create("a");
    assertThat(publish(volume, "node-a", Mode.SINGLE_NODE_WRITER)).isEqualTo(Status.Code.OK);
    assertThat(publish(volume, "node-a", Mode.SINGLE_NODE_WRITER)).isEqualTo(Status.Code.OK);
    assertThatThrownBy(() ->
            Plugged.call(
                plugged.controller::controllerPublishVolume,
                publishing(volume, "node-b", Mode.SINGLE_NODE_WRITER)))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("FAILED_PRECONDITION")
        .hasMessageContaining("node-a");
    assertThat(plugged.home.attachments().of("node-b")).isEmpty();
    unpublish(volume, "node-a");
    assertThat(publish(volume, "node-b", Mode.SINGLE_NODE_WRITER)).isEqualTo(Status.Code.OK);
    assertThat(publish(volume, "node-x", Mode.SINGLE_NODE_WRITER)).isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void readersTogetherAndNoWriterBesideThem() {
    String volume = plugged.create("a");
    assertThat(publish(volume, "node-a", Mode.MULTI_NODE_READER_ONLY)).isEqualTo(Status.Code.OK);
    assertThat(publish(volume, "node-b", Mode.MULTI_NODE_READER_ONLY)).isEqualTo(Status.Code.OK);
    unpublish(volume, "node-a");
    assertThat(publish(volume, "node-a", Mode.SINGLE_NODE_WRITER))
        .isEqualTo(Status.Code.FAILED_PRECONDITION);
  }

  @Test
  void aNodeGetsNoMoreThanItCan() {
    plugged.home.register(NodeEntry.newBuilder().setNodeId("small").setMaxVolumes(2).build());
    String gone = plugged.create("gone");
    plugged.home.attachments().add("small", gone); // as a crash leaves it
    assertThat(publish(plugged.create("a"), "small", Mode.SINGLE_NODE_WRITER))
        .isEqualTo(Status.Code.OK);
    String second = plugged.create("b");
    assertThat(publish(second, "small", Mode.SINGLE_NODE_WRITER)).isEqualTo(Status.Code.OK);
    String third = plugged.create("c");
    assertThat(publish(third, "small", Mode.SINGLE_NODE_WRITER))
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    unpublish(second, "small");
    assertThat(publish(third, "small", Mode.SINGLE_NODE_WRITER)).isEqualTo(Status.Code.OK);
  }
}
