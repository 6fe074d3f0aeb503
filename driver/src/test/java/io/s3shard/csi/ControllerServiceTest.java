package io.s3shard.csi;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.s3shard.proto.csi.v1.ControllerExpandVolumeRequest;
import io.s3shard.proto.csi.v1.ControllerModifyVolumeRequest;
import io.s3shard.proto.csi.v1.ControllerPublishVolumeRequest;
import io.s3shard.proto.csi.v1.CreateSnapshotRequest;
import io.s3shard.proto.csi.v1.CreateVolumeGroupSnapshotRequest;
import io.s3shard.proto.csi.v1.CreateVolumeRequest;
import io.s3shard.proto.csi.v1.DeleteSnapshotRequest;
import io.s3shard.proto.csi.v1.DeleteVolumeGroupSnapshotRequest;
import io.s3shard.proto.csi.v1.DeleteVolumeRequest;
import io.s3shard.proto.csi.v1.GetVolumeGroupSnapshotRequest;
import io.s3shard.proto.csi.v1.ListVolumesRequest;
import io.s3shard.proto.csi.v1.ListVolumesResponse;
import io.s3shard.proto.csi.v1.VolumeContentSource;
import io.s3shard.store.Body;
import io.s3shard.store.ListedObject;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import io.s3shard.store.StoredObject;
import io.s3shard.testing.ForwardingStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The controller's calls over buckets in memory. */
class ControllerServiceTest {
  private final AtomicInteger requests = new AtomicInteger();
  private final Plugged plugged = new Plugged(store -> new Counting(store, requests));
  private final ControllerService controller = plugged.controller;

  /** Counts what is asked of a bucket. */
  private static final class Counting extends ForwardingStore {
    private final AtomicInteger requests;

    Counting(ObjectStore store, AtomicInteger requests) {
      super(store);
      this.requests = requests;
    }

    @Override
    public StoredObject get(ObjectKey key, Purpose purpose) {
      requests.incrementAndGet();
      return super.get(key, purpose);
    }

    @Override
    public StoredObject getIfMatch(ObjectKey key, String etag, Purpose purpose) {
      requests.incrementAndGet();
      return super.getIfMatch(key, etag, purpose);
    }

    @Override
    public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
      requests.incrementAndGet();
      return super.putIfAbsent(key, body, purpose);
    }

    @Override
    public List<ListedObject> list(
        String prefix, @Nullable String startAfter, int limit, Purpose purpose) {
      requests.incrementAndGet();
      return super.list(prefix, startAfter, limit, purpose);
    }

    @Override
    public void delete(Collection<ObjectKey> keys, Purpose purpose) {
      requests.incrementAndGet();
      super.delete(keys, purpose);
    }
  }

  private int requestsOf(Runnable call) {
    int before = requests.get();
    call.run();
    return requests.get() - before;
  }

  @Test
  void aCallTakesAHandfulOfRequests() {
    String first = plugged.create("first");
    assertThat(requestsOf(() -> plugged.create("second")))
        .as("CreateVolume")
        .isLessThanOrEqualTo(7);
    assertThat(requestsOf(() -> snapshot(first, "s"))).as("CreateSnapshot").isLessThanOrEqualTo(6);
    assertThat(requestsOf(() -> copy("copy", first))).as("a copy").isLessThanOrEqualTo(16);
  }

  private String snapshot(String volume, String name) {
    return Plugged.call(
            controller::createSnapshot,
            CreateSnapshotRequest.newBuilder().setSourceVolumeId(volume).setName(name).build())
        .getSnapshot()
        .getSnapshotId();
  }

  private String copy(String name, String source) {
    CreateVolumeRequest.Builder wanted = Plugged.wanted(name);
    wanted
        .getVolumeContentSourceBuilder()
        .setVolume(VolumeContentSource.VolumeSource.newBuilder().setVolumeId(source));
    var made = Plugged.call(controller::createVolume, wanted.build()).getVolume();
    assertThat(made.getContentSource()).isEqualTo(wanted.getVolumeContentSource());
    return made.getVolumeId();
  }

  @Test
  void theSameNameIsTheSameVolume() {
    String volume = plugged.create("a");
    assertThat(plugged.create("a")).isEqualTo(volume);
    CreateVolumeRequest.Builder larger = Plugged.wanted("a");
    larger.getCapacityRangeBuilder().setRequiredBytes(2L << 30).setLimitBytes(2L << 30);
    assertThat(code(larger)).isEqualTo(Status.Code.ALREADY_EXISTS);
    assertThat(code(Plugged.wanted("a").putParameters("chunkSize", "1MiB")))
        .isEqualTo(Status.Code.ALREADY_EXISTS);
    assertThat(code(Plugged.wanted("a").putParameters("csi.storage.k8s.io/pvc/name", "x")))
        .isEqualTo(Status.Code.OK);
    String odd = plugged.create("täg/\t" + "x".repeat(100));
    assertThat(plugged.create("täg/\t" + "x".repeat(100))).isEqualTo(odd);
  }

  private Status.Code code(CreateVolumeRequest.Builder wanted) {
    return Plugged.code(controller::createVolume, wanted.build());
  }

  @Test
  void parametersAreListedWhenOneIsWrong() {
    assertThat(code(Plugged.wanted("a").putParameters("chunksize", "1MiB")))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(code(Plugged.wanted("a").putParameters("chunkSize", "3MiB")))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(code(Plugged.wanted("a").putParameters("encryption", "rot13")))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(code(Plugged.wanted("a").putParameters("region", "there")))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(code(Plugged.wanted("a").putMutableParams("commitInterval", "1")))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(Plugged.keys(plugged.bucket, "")).as("nothing was made").isEmpty();
  }

  @Test
  void sizesAreWithinTheRange() {
    CreateVolumeRequest.Builder odd = Plugged.wanted("a");
    odd.getCapacityRangeBuilder().setRequiredBytes((1L << 30) + 1);
    assertThat(Plugged.call(controller::createVolume, odd.build()).getVolume().getCapacityBytes())
        .isEqualTo((1L << 30) + 4096);
    CreateVolumeRequest.Builder narrow = Plugged.wanted("b");
    narrow.getCapacityRangeBuilder().setRequiredBytes(5000).setLimitBytes(6000);
    assertThat(code(narrow)).isEqualTo(Status.Code.OUT_OF_RANGE);
    CreateVolumeRequest.Builder huge = Plugged.wanted("c");
    huge.getCapacityRangeBuilder().setRequiredBytes(Long.MAX_VALUE);
    assertThat(code(huge)).isEqualTo(Status.Code.OUT_OF_RANGE);
    CreateVolumeRequest.Builder small = Plugged.wanted("d");
    small
        .getVolumeContentSourceBuilder()
        .setVolume(
            VolumeContentSource.VolumeSource.newBuilder().setVolumeId(plugged.create("source")));
    small.getCapacityRangeBuilder().setRequiredBytes(1L << 20);
    assertThat(code(small)).isEqualTo(Status.Code.OUT_OF_RANGE);
  }

  @Test
  void pagesGoOnWhateverIsDeletedBetweenThem() {
    Set<String> made = new TreeSet<>();
    for (int i = 0; i < 7; i++) {
      made.add(plugged.create("v" + i));
    }
    ListVolumesResponse first = list(3, "");
    assertThat(first.getEntriesCount()).isEqualTo(3);
    Plugged.call(
        controller::deleteVolume,
        DeleteVolumeRequest.newBuilder()
            .setVolumeId(first.getEntries(2).getVolume().getVolumeId())
            .build());
    List<String> seen = new ArrayList<>(ids(first));
    seen.addAll(ids(list(0, first.getNextToken())));
    assertThat(seen).containsExactlyInAnyOrderElementsOf(made);
    assertThat(
            Plugged.code(
                controller::listVolumes,
                ListVolumesRequest.newBuilder().setStartingToken("nonsense").build()))
        .isEqualTo(Status.Code.ABORTED);
  }

  private ListVolumesResponse list(int max, String token) {
    return Plugged.call(
        controller::listVolumes,
        ListVolumesRequest.newBuilder().setMaxEntries(max).setStartingToken(token).build());
  }

  private static List<String> ids(ListVolumesResponse page) {
    return page.getEntriesList().stream().map(e -> e.getVolume().getVolumeId()).toList();
  }

  @Test
  void aSnapshotsNameIsOfOneVolume() {
    String a = plugged.create("a");
    String b = plugged.create("b");
    String taken = snapshot(a, "s");
    assertThat(snapshot(a, "s")).isEqualTo(taken);
    CreateSnapshotRequest other =
        CreateSnapshotRequest.newBuilder().setSourceVolumeId(b).setName("s").build();
    assertThat(Plugged.code(controller::createSnapshot, other))
        .isEqualTo(Status.Code.ALREADY_EXISTS);
    Plugged.call(
        controller::deleteSnapshot,
        DeleteSnapshotRequest.newBuilder().setSnapshotId(taken).build());
    assertThat(Plugged.code(controller::createSnapshot, other)).isEqualTo(Status.Code.OK);
  }

  @Test
  void whatIsChangedIsToldAtTheNextAttach() {
    String volume = plugged.create("a");
    Plugged.call(
        controller::controllerModifyVolume,
        ControllerModifyVolumeRequest.newBuilder()
            .setVolumeId(volume)
            .putMutableParams("commitInterval", "2s")
            .build());
    ControllerPublishVolumeRequest publish =
        ControllerPublishVolumeRequest.newBuilder()
            .setVolumeId(volume)
            .setNodeId("node-a")
            .setVolumeCapability(Plugged.mounted())
            .build();
    assertThat(Plugged.call(controller::controllerPublishVolume, publish).getPublishContextMap())
        .containsExactly(java.util.Map.entry("commitIntervalMillis", "2000"));
    assertThat(
            Plugged.code(
                controller::controllerPublishVolume, publish.toBuilder().setReadonly(true).build()))
        .isEqualTo(Status.Code.ALREADY_EXISTS);
  }

  @Test
  void aVolumeGrowsAndNeverShrinks() {
    String volume = plugged.create("a");
    assertThat(grown(volume, 2L << 30)).isEqualTo(2L << 30);
    assertThat(grown(volume, 1L << 30)).isEqualTo(2L << 30);
  }

  private long grown(String volume, long bytes) {
    ControllerExpandVolumeRequest.Builder request =
        ControllerExpandVolumeRequest.newBuilder().setVolumeId(volume);
    request.getCapacityRangeBuilder().setRequiredBytes(bytes);
    return Plugged.call(controller::controllerExpandVolume, request.build()).getCapacityBytes();
  }

  @Test
  void aGroupIsTakenFoundAndRemoved() {
    String a = plugged.create("a");
    String b = plugged.create("b");
    CreateVolumeGroupSnapshotRequest wanted =
        CreateVolumeGroupSnapshotRequest.newBuilder()
            .setName("g")
            .addSourceVolumeIds(a)
            .addSourceVolumeIds(b)
            .build();
    var group = Plugged.call(plugged.groups::createVolumeGroupSnapshot, wanted).getGroupSnapshot();
    assertThat(Plugged.call(plugged.groups::createVolumeGroupSnapshot, wanted).getGroupSnapshot())
        .isEqualTo(group);
    assertThat(group.getSnapshotsList())
        .hasSize(2)
        .allSatisfy(member ->
            assertThat(member.getGroupSnapshotId()).isEqualTo(group.getGroupSnapshotId()));
    assertThat(
            Plugged.code(
                plugged.groups::createVolumeGroupSnapshot,
                wanted.toBuilder().clearSourceVolumeIds().addSourceVolumeIds(a).build()))
        .isEqualTo(Status.Code.ALREADY_EXISTS);
    GetVolumeGroupSnapshotRequest get =
        GetVolumeGroupSnapshotRequest.newBuilder()
            .setGroupSnapshotId(group.getGroupSnapshotId())
            .build();
    assertThat(Plugged.call(plugged.groups::getVolumeGroupSnapshot, get).getGroupSnapshot())
        .isEqualTo(group);
    assertThat(
            Plugged.code(
                controller::deleteSnapshot,
                DeleteSnapshotRequest.newBuilder()
                    .setSnapshotId(group.getSnapshots(0).getSnapshotId())
                    .build()))
        .as("a member is not deleted alone")
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    for (int repeat = 0; repeat < 2; repeat++) {
      Plugged.call(
          plugged.groups::deleteVolumeGroupSnapshot,
          DeleteVolumeGroupSnapshotRequest.newBuilder()
              .setGroupSnapshotId(group.getGroupSnapshotId())
              .build());
    }
    assertThat(Plugged.code(plugged.groups::getVolumeGroupSnapshot, get))
        .isEqualTo(Status.Code.NOT_FOUND);
    assertThat(Plugged.keys(plugged.homeBucket, "groups/")).isEmpty();
  }
}
