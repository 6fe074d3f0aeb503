package io.s3shard.csi;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.s3shard.proto.csi.v1.ControllerPublishVolumeRequest;
import io.s3shard.proto.csi.v1.ControllerUnpublishVolumeRequest;
import io.s3shard.proto.csi.v1.CreateSnapshotRequest;
import io.s3shard.proto.csi.v1.DeleteSnapshotRequest;
import io.s3shard.proto.csi.v1.DeleteVolumeRequest;
import io.s3shard.proto.csi.v1.ListSnapshotsRequest;
import io.s3shard.proto.csi.v1.ListVolumesRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Many calls for few volumes at once: no wrong code, and nothing is left. */
class ConcurrentCallsTest {
  private static final int CALLS = 200;
  private static final int AT_ONCE = 16;
  private static final int NAMES = 8;

  private static final Set<Status.Code> EXPECTED =
      Set.of(
          Status.Code.OK,
          Status.Code.NOT_FOUND,
          Status.Code.ALREADY_EXISTS,
          Status.Code.FAILED_PRECONDITION,
          Status.Code.ABORTED);

  private final long seed = System.nanoTime();
  private final Plugged plugged = new Plugged();
  private final ControllerService controller = plugged.controller;

  @Test
  void nothingIsLeft() throws Exception {
    List<Future<Status.Code>> answers = new ArrayList<>();
    try (ExecutorService calls = Executors.newFixedThreadPool(AT_ONCE)) {
      for (int i = 0; i < CALLS; i++) {
        Random dice = new Random(seed + i);
        answers.add(calls.submit(() -> call(dice)));
      }
    }
    for (Future<Status.Code> answer : answers) {
      assertThat(EXPECTED).as("seed " + seed).contains(answer.get());
    }
    cleanUp();
    assertThat(Plugged.keys(plugged.bucket, "names/"))
        .as("seed " + seed)
        .allMatch(ConcurrentCallsTest::saysThatItsNameIsFree);
    assertThat(Plugged.keys(plugged.homeBucket, "attached/")).as("seed " + seed).isEmpty();
    assertThat(Plugged.keys(plugged.homeBucket, "snapshots/")).as("seed " + seed).isEmpty();
    assertThat(Plugged.keys(plugged.bucket, "volumes/")).allMatch(key -> key.contains("/log/"));
  }

  /**
   * RFC 0005: a name that was ever used keeps its newest entry, and odd ones say that it is free.
   */
  private static boolean saysThatItsNameIsFree(String key) {
    int mark = key.indexOf('~');
    return mark > 0 && (Long.MAX_VALUE - Long.parseLong(key.substring(mark + 1), 16)) % 2 == 1;
  }

  private Status.Code call(Random dice) {
    String name = "v" + dice.nextInt(NAMES);
    String volume = id(dice);
    return switch (dice.nextInt(6)) {
      case 0, 1 -> Plugged.code(controller::createVolume, Plugged.wanted(name).build());
      case 2 -> Plugged.code(controller::controllerPublishVolume, publish(volume, dice));
      case 3 ->
          Plugged.code(
              controller::createSnapshot,
              CreateSnapshotRequest.newBuilder()
                  .setName("s" + dice.nextInt(NAMES))
                  .setSourceVolumeId(volume)
                  .build());
      case 4 ->
          Plugged.code(
              controller::controllerUnpublishVolume,
              ControllerUnpublishVolumeRequest.newBuilder().setVolumeId(volume).build());
      default ->
          Plugged.code(
              controller::deleteVolume,
              DeleteVolumeRequest.newBuilder().setVolumeId(volume).build());
    };
  }

  private static ControllerPublishVolumeRequest publish(String volume, Random dice) {
    return ControllerPublishVolumeRequest.newBuilder()
        .setVolumeId(volume)
        .setNodeId(dice.nextBoolean() ? "node-a" : "node-b")
        .setVolumeCapability(Plugged.mounted())
        .build();
  }

  /** The id of one that there is, or of none. */
  private String id(Random dice) {
    List<String> ids =
        Plugged.call(controller::listVolumes, ListVolumesRequest.getDefaultInstance())
            .getEntriesList()
            .stream()
            .map(entry -> entry.getVolume().getVolumeId())
            .toList();
    return ids.isEmpty() ? "none" : ids.get(dice.nextInt(ids.size()));
  }

  private void cleanUp() {
    Plugged.call(controller::listSnapshots, ListSnapshotsRequest.getDefaultInstance())
        .getEntriesList()
        .forEach(entry ->
            Plugged.call(
                controller::deleteSnapshot,
                DeleteSnapshotRequest.newBuilder()
                    .setSnapshotId(entry.getSnapshot().getSnapshotId())
                    .build()));
    Plugged.call(controller::listVolumes, ListVolumesRequest.getDefaultInstance())
        .getEntriesList()
        .forEach(entry -> {
          String id = entry.getVolume().getVolumeId();
          Plugged.call(
              controller::controllerUnpublishVolume,
              ControllerUnpublishVolumeRequest.newBuilder().setVolumeId(id).build());
          Plugged.call(
              controller::deleteVolume, DeleteVolumeRequest.newBuilder().setVolumeId(id).build());
        });
  }
}
