package io.s3shard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.proto.csi.v1.Volume;
import io.s3shard.proto.csi.v1.VolumeCapability;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node that stands still while its volume is given to another, and wakes up again: node, shardd
 * and ext4 of both are real.
 */
@Tag("fuse")
class FencingTest {
  private static final VolumeCapability HOW = CsiController.MOUNTED;

  @TempDir Path folder;

  private Bucket bucket;
  private CsiController controller;
  private ClusterNode first;
  private ClusterNode second;

  @BeforeEach
  void start() throws Exception {
    bucket = Bucket.start(folder.resolve("bucket"));
    controller = new CsiController(bucket.environment(), folder, bucket.url("home"));
    controller.start();
    first = new ClusterNode(bucket, controller, folder, "node-a");
    second = new ClusterNode(bucket, controller, folder, "node-b");
  }

  @AfterEach
  void leavesNothing() throws Exception {
    try {
      assertThat(NodeTest.mountsOf(folder)).isEmpty();
      assertThat(Programs.run("losetup", "-a")).doesNotContain(folder.toString());
    } finally {
      controller.close();
      first.close();
      second.close();
      bucket.close();
      Leftovers.remove(folder);
    }
  }

  private static void writeAndSync(Path file, String text) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      channel.force(true);
    }
  }

  @Test
  void whoWakesUpAfterADetachWritesNothingMore() throws Exception {
    Volume volume = controller.create("pvc-1", 64L << 20);
    first.use(volume, HOW);
    writeAndSync(first.target().resolve("before"), "of the first");
    Files.writeString(first.target().resolve("unsynced"), "waits in the kernel of the first");
    first.signal("STOP");

    controller.unpublish(volume.getVolumeId(), first.name());
    second.use(volume, HOW);
    assertThat(second.target().resolve("before")).hasContent("of the first");
    writeAndSync(second.target().resolve("after"), "of the second");

    first.signal("CONT");
    assertThatThrownBy(() -> writeAndSync(first.target().resolve("late"), "must not be seen"))
        .isInstanceOf(IOException.class);
    first.giveUp(volume);

    writeAndSync(second.target().resolve("later"), "still of the second");
    second.giveUp(volume);
    second.use(volume, CsiNode.block());
    assertThat(Programs.run("e2fsck", "-fn", second.target().toString())).contains("Pass 5");
    second.giveUp(volume);
    second.use(volume, HOW);
    assertThat(second.target().resolve("before")).hasContent("of the first");
    assertThat(second.target().resolve("after")).hasContent("of the second");
    assertThat(second.target().resolve("later")).hasContent("still of the second");
    assertThat(second.target().resolve("late")).doesNotExist();
    second.giveUp(volume);
    controller.unpublish(volume.getVolumeId(), second.name());
    controller.delete(volume.getVolumeId());
  }
}
