package io.s3shard.csi;

import io.grpc.stub.StreamObserver;
import io.s3shard.error.InvalidRequest;
import io.s3shard.proto.csi.v1.CreateVolumeGroupSnapshotRequest;
import io.s3shard.proto.csi.v1.CreateVolumeGroupSnapshotResponse;
import io.s3shard.proto.csi.v1.DeleteVolumeGroupSnapshotRequest;
import io.s3shard.proto.csi.v1.DeleteVolumeGroupSnapshotResponse;
import io.s3shard.proto.csi.v1.GetVolumeGroupSnapshotRequest;
import io.s3shard.proto.csi.v1.GetVolumeGroupSnapshotResponse;
import io.s3shard.proto.csi.v1.GroupControllerGetCapabilitiesRequest;
import io.s3shard.proto.csi.v1.GroupControllerGetCapabilitiesResponse;
import io.s3shard.proto.csi.v1.GroupControllerGrpc;
import io.s3shard.proto.csi.v1.GroupControllerServiceCapability;
import io.s3shard.proto.csi.v1.GroupControllerServiceCapability.RPC;
import io.s3shard.rpc.Unary;
import io.s3shard.volume.DriverHome;
import java.util.List;

/** CSI for snapshots of several volumes at one moment: as {@link ControllerService} in all else. */
public final class GroupControllerService extends GroupControllerGrpc.GroupControllerImplBase {
  private final InFlight inFlight = new InFlight();
  private final GroupTaker groups;

  public GroupControllerService(DriverHome home, Stores stores, Buckets buckets) {
    this.groups = new GroupTaker(home.groups(), stores, buckets);
  }

  @Override
  public void groupControllerGetCapabilities(
      GroupControllerGetCapabilitiesRequest request,
      StreamObserver<GroupControllerGetCapabilitiesResponse> caller) {
    Unary.answer(
        caller,
        () ->
            GroupControllerGetCapabilitiesResponse.newBuilder()
                .addCapabilities(
                    GroupControllerServiceCapability.newBuilder()
                        .setRpc(
                            RPC.newBuilder()
                                .setType(RPC.Type.CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT)))
                .build());
  }

  @Override
  public void createVolumeGroupSnapshot(
      CreateVolumeGroupSnapshotRequest request,
      StreamObserver<CreateVolumeGroupSnapshotResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          String name = Requires.present("name", request.getName());
          if (request.getSourceVolumeIdsCount() == 0) {
            throw new InvalidRequest("source_volume_ids are missing");
          }
          request.getSourceVolumeIdsList().forEach(id -> Requires.present("source_volume_ids", id));
          Parameters.of("parameters", request.getParametersMap(), List.of());
          List<VolumeHandle> sources =
              request.getSourceVolumeIdsList().stream().map(Requires::handle).toList();
          Secrets secrets = Secrets.of(request.getSecretsMap());
          var taken = inFlight.run("group " + name, () -> groups.create(name, sources, secrets));
          return CreateVolumeGroupSnapshotResponse.newBuilder().setGroupSnapshot(taken).build();
        });
  }

  @Override
  public void deleteVolumeGroupSnapshot(
      DeleteVolumeGroupSnapshotRequest request,
      StreamObserver<DeleteVolumeGroupSnapshotResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          String id = Requires.present("group_snapshot_id", request.getGroupSnapshotId());
          Secrets secrets = Secrets.of(request.getSecretsMap());
          return inFlight.run(
              id,
              () -> {
                groups.delete(id, request.getSnapshotIdsList(), secrets);
                return DeleteVolumeGroupSnapshotResponse.getDefaultInstance();
              });
        });
  }

  @Override
  public void getVolumeGroupSnapshot(
      GetVolumeGroupSnapshotRequest request,
      StreamObserver<GetVolumeGroupSnapshotResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          String id = Requires.present("group_snapshot_id", request.getGroupSnapshotId());
          return GetVolumeGroupSnapshotResponse.newBuilder()
              .setGroupSnapshot(
                  groups.get(id, request.getSnapshotIdsList(), Secrets.of(request.getSecretsMap())))
              .build();
        });
  }
}
