package io.s3shard.csi;

import io.grpc.stub.StreamObserver;
import io.s3shard.error.InvalidRequest;
import io.s3shard.error.VolumeMissing;
import io.s3shard.host.Host;
import io.s3shard.proto.csi.v1.NodeExpandVolumeRequest;
import io.s3shard.proto.csi.v1.NodeExpandVolumeResponse;
import io.s3shard.proto.csi.v1.NodeGetCapabilitiesRequest;
import io.s3shard.proto.csi.v1.NodeGetCapabilitiesResponse;
import io.s3shard.proto.csi.v1.NodeGetInfoRequest;
import io.s3shard.proto.csi.v1.NodeGetInfoResponse;
import io.s3shard.proto.csi.v1.NodeGetVolumeStatsRequest;
import io.s3shard.proto.csi.v1.NodeGetVolumeStatsResponse;
import io.s3shard.proto.csi.v1.NodeGrpc;
import io.s3shard.proto.csi.v1.NodePublishVolumeRequest;
import io.s3shard.proto.csi.v1.NodePublishVolumeResponse;
import io.s3shard.proto.csi.v1.NodeServiceCapability;
import io.s3shard.proto.csi.v1.NodeStageVolumeRequest;
import io.s3shard.proto.csi.v1.NodeStageVolumeResponse;
import io.s3shard.proto.csi.v1.NodeUnpublishVolumeRequest;
import io.s3shard.proto.csi.v1.NodeUnpublishVolumeResponse;
import io.s3shard.proto.csi.v1.NodeUnstageVolumeRequest;
import io.s3shard.proto.csi.v1.NodeUnstageVolumeResponse;
import io.s3shard.proto.csi.v1.VolumeCapability.AccessMode.Mode;
import io.s3shard.proto.v1.StoreLocation;
import io.s3shard.rpc.Unary;
import io.s3shard.shardd.SharddClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * CSI on a node. Each call looks at its fields, then whether there is such a volume, then at the
 * state of things, in this order; two calls for one volume are never carried out at once.
 */
public final class NodeService extends NodeGrpc.NodeImplBase {
  private static final List<NodeServiceCapability.RPC.Type> CAPABILITIES =
      List.of(
          NodeServiceCapability.RPC.Type.STAGE_UNSTAGE_VOLUME,
          NodeServiceCapability.RPC.Type.GET_VOLUME_STATS,
          NodeServiceCapability.RPC.Type.EXPAND_VOLUME,
          NodeServiceCapability.RPC.Type.SINGLE_NODE_MULTI_WRITER);

  private final NodeSettings settings;
  private final Stores stores;
  private final InFlight inFlight = new InFlight();
  private final Stager stager;
  private final Unstager unstager;
  private final Publisher publisher;
  private final Expander expander;
  private final UsageOfVolume usage;

  public NodeService(
      NodeSettings settings, Stores stores, Host host, SharddClient shardd, Progress progress) {
    this.settings = settings;
    this.stores = stores;
    Shards shards = new Shards(shardd, settings.id());
    Function<VolumeHandle, HostVolume> volumes =
        handle -> new HostVolume(host, handle, settings.volumes(), settings.fileName());
    this.unstager = new Unstager(host, shards, volumes, progress);
    this.stager = new Stager(host, shards, volumes, unstager, progress);
    this.publisher = new Publisher(host, volumes, progress);
    this.expander = new Expander(host, shards, volumes, progress);
    this.usage = new UsageOfVolume(host, volumes);
  }

  @Override
  public void nodeStageVolume(
      NodeStageVolumeRequest request, StreamObserver<NodeStageVolumeResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          Requires.present("volume_id", request.getVolumeId());
          Requires.path("staging_target_path", request.getStagingTargetPath());
          Requires.capability(request.getVolumeCapability());
          Requires.small("publish_context", request.getPublishContextMap());
          Requires.small("volume_context", request.getVolumeContextMap());
          VolumeHandle handle = Requires.handle(request.getVolumeId());
          StoreLocation place =
              stores.find(handle.store()).orElseThrow(() -> missing(handle.toString()));
          Access.require(request.getVolumeCapability());
          Stage stage =
              Stage.of(
                  handle,
                  Requires.absolute("staging_target_path", request.getStagingTargetPath()),
                  place,
                  request.getVolumeCapability(),
                  VolumeContext.of(request.getVolumeContextMap(), request.getPublishContextMap()),
                  Secrets.of(request.getSecretsMap()));
          return inFlight.run(
              request.getVolumeId(),
              () -> {
                stager.stage(stage);
                return NodeStageVolumeResponse.getDefaultInstance();
              });
        });
  }

  @Override
  public void nodeUnstageVolume(
      NodeUnstageVolumeRequest request, StreamObserver<NodeUnstageVolumeResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          Requires.present("volume_id", request.getVolumeId());
          Requires.path("staging_target_path", request.getStagingTargetPath());
          Optional<VolumeHandle> handle = VolumeHandle.parse(request.getVolumeId());
          if (handle.isPresent()) {
            Path staging = Requires.absolute("staging_target_path", request.getStagingTargetPath());
            inFlight.run(
                request.getVolumeId(),
                () -> {
                  unstager.unstage(handle.get(), staging);
                  return true;
                });
          }
          return NodeUnstageVolumeResponse.getDefaultInstance();
        });
  }

  @Override
  public void nodePublishVolume(
      NodePublishVolumeRequest request, StreamObserver<NodePublishVolumeResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          Requires.present("volume_id", request.getVolumeId());
          Requires.path("target_path", request.getTargetPath());
          Requires.capability(request.getVolumeCapability());
          Requires.small("publish_context", request.getPublishContextMap());
          Requires.small("volume_context", request.getVolumeContextMap());
          VolumeHandle handle = Requires.handle(request.getVolumeId());
          if (request.getStagingTargetPath().isEmpty()) {
            throw Requires.unsupported(
                "staging_target_path is missing: NodeStageVolume comes first");
          }
          Mode mode = request.getVolumeCapability().getAccessMode().getMode();
          Access.require(request.getVolumeCapability());
          Publisher.Wish wish =
              new Publisher.Wish(
                  handle,
                  Requires.absolute("staging_target_path", request.getStagingTargetPath()),
                  Requires.absolute("target_path", request.getTargetPath()),
                  request.getVolumeCapability().hasBlock(),
                  request.getReadonly() || Access.isReader(mode) || isReader(request),
                  mode == Mode.SINGLE_NODE_SINGLE_WRITER || mode == Mode.SINGLE_NODE_WRITER);
          return inFlight.run(
              request.getVolumeId(),
              () -> {
                publisher.publish(wish);
                return NodePublishVolumeResponse.getDefaultInstance();
              });
        });
  }

  @Override
  public void nodeUnpublishVolume(
      NodeUnpublishVolumeRequest request, StreamObserver<NodeUnpublishVolumeResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          Requires.present("volume_id", request.getVolumeId());
          Requires.path("target_path", request.getTargetPath());
          if (VolumeHandle.parse(request.getVolumeId()).isPresent()) {
            Path target = Requires.absolute("target_path", request.getTargetPath());
            inFlight.run(
                request.getVolumeId(),
                () -> {
                  publisher.unpublish(target);
                  return true;
                });
          }
          return NodeUnpublishVolumeResponse.getDefaultInstance();
        });
  }

  @Override
  public void nodeGetVolumeStats(
      NodeGetVolumeStatsRequest request, StreamObserver<NodeGetVolumeStatsResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          Requires.present("volume_id", request.getVolumeId());
          Requires.path("volume_path", request.getVolumePath());
          return usage.at(Requires.handle(request.getVolumeId()), request.getVolumePath());
        });
  }

  @Override
  public void nodeExpandVolume(
      NodeExpandVolumeRequest request, StreamObserver<NodeExpandVolumeResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          Requires.present("volume_id", request.getVolumeId());
          Requires.path("volume_path", request.getVolumePath());
          VolumeHandle handle = Requires.handle(request.getVolumeId());
          if (request.getCapacityRange().getRequiredBytes() < 0
              || request.getCapacityRange().getLimitBytes() < 0) {
            throw new InvalidRequest("capacity_range has a size below zero");
          }
          long capacity =
              inFlight.run(
                  request.getVolumeId(),
                  () ->
                      expander.expand(handle, request.getVolumePath(), request.getCapacityRange()));
          return NodeExpandVolumeResponse.newBuilder().setCapacityBytes(capacity).build();
        });
  }

  @Override
  public void nodeGetCapabilities(
      NodeGetCapabilitiesRequest request, StreamObserver<NodeGetCapabilitiesResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          NodeGetCapabilitiesResponse.Builder all = NodeGetCapabilitiesResponse.newBuilder();
          CAPABILITIES.forEach(type ->
              all.addCapabilities(
                  NodeServiceCapability.newBuilder()
                      .setRpc(NodeServiceCapability.RPC.newBuilder().setType(type))));
          return all.build();
        });
  }

  @Override
  public void nodeGetInfo(NodeGetInfoRequest request, StreamObserver<NodeGetInfoResponse> caller) {
    Unary.answer(
        caller,
        () ->
            NodeGetInfoResponse.newBuilder()
                .setNodeId(settings.id())
                .setMaxVolumesPerNode(settings.maxVolumes())
                .build());
  }

  /** Whether the node is attached for reading only. */
  private static boolean isReader(NodePublishVolumeRequest request) {
    return VolumeContext.of(request.getVolumeContextMap(), request.getPublishContextMap()).reader();
  }

  private static VolumeMissing missing(String id) {
    return new VolumeMissing("there is no volume " + id);
  }
}
