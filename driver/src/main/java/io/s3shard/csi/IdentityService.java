package io.s3shard.csi;

import com.google.protobuf.BoolValue;
import io.grpc.stub.StreamObserver;
import io.s3shard.proto.csi.v1.GetPluginCapabilitiesRequest;
import io.s3shard.proto.csi.v1.GetPluginCapabilitiesResponse;
import io.s3shard.proto.csi.v1.GetPluginInfoRequest;
import io.s3shard.proto.csi.v1.GetPluginInfoResponse;
import io.s3shard.proto.csi.v1.IdentityGrpc;
import io.s3shard.proto.csi.v1.PluginCapability;
import io.s3shard.proto.csi.v1.ProbeRequest;
import io.s3shard.proto.csi.v1.ProbeResponse;
import io.s3shard.rpc.Unary;
import java.util.function.BooleanSupplier;

/** Who the plugin is: the same on every socket. */
public final class IdentityService extends IdentityGrpc.IdentityImplBase {
  private final Plugin plugin;
  private final BooleanSupplier ready;

  /**
   * @param ready whether this process can do its work; asked every few seconds, so it sends no
   *     request to a bucket
   */
  public IdentityService(Plugin plugin, BooleanSupplier ready) {
    this.plugin = plugin;
    this.ready = ready;
  }

  @Override
  public void getPluginInfo(
      GetPluginInfoRequest request, StreamObserver<GetPluginInfoResponse> caller) {
    Unary.answer(
        caller,
        () ->
            GetPluginInfoResponse.newBuilder()
                .setName(Plugin.NAME)
                .setVendorVersion(plugin.version())
                .build());
  }

  @Override
  public void getPluginCapabilities(
      GetPluginCapabilitiesRequest request, StreamObserver<GetPluginCapabilitiesResponse> caller) {
    Unary.answer(
        caller,
        () ->
            GetPluginCapabilitiesResponse.newBuilder()
                .addCapabilities(service(PluginCapability.Service.Type.CONTROLLER_SERVICE))
                .addCapabilities(service(PluginCapability.Service.Type.GROUP_CONTROLLER_SERVICE))
                .addCapabilities(
                    PluginCapability.newBuilder()
                        .setVolumeExpansion(
                            PluginCapability.VolumeExpansion.newBuilder()
                                .setType(PluginCapability.VolumeExpansion.Type.ONLINE)))
                .build());
  }

  private static PluginCapability.Builder service(PluginCapability.Service.Type type) {
    return PluginCapability.newBuilder()
        .setService(PluginCapability.Service.newBuilder().setType(type));
  }

  @Override
  public void probe(ProbeRequest request, StreamObserver<ProbeResponse> caller) {
    Unary.answer(
        caller,
        () -> ProbeResponse.newBuilder().setReady(BoolValue.of(ready.getAsBoolean())).build());
  }
}
