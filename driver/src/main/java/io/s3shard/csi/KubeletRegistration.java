package io.s3shard.csi;

import io.grpc.stub.StreamObserver;
import io.s3shard.proto.kubelet.v1.InfoRequest;
import io.s3shard.proto.kubelet.v1.PluginInfo;
import io.s3shard.proto.kubelet.v1.RegistrationGrpc;
import io.s3shard.proto.kubelet.v1.RegistrationStatus;
import io.s3shard.proto.kubelet.v1.RegistrationStatusResponse;
import io.s3shard.rpc.Unary;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the kubelet who is there, so that no registrar has to run beside us. */
public final class KubeletRegistration extends RegistrationGrpc.RegistrationImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(KubeletRegistration.class);

  private final String endpoint;

  /**
   * @param endpoint the path of the CSI socket as the kubelet sees it
   */
  public KubeletRegistration(String endpoint) {
    this.endpoint = endpoint;
  }

  @Override
  public void getInfo(InfoRequest request, StreamObserver<PluginInfo> caller) {
    Unary.answer(
        caller,
        () ->
            PluginInfo.newBuilder()
                .setType("CSIPlugin")
                .setName(Plugin.NAME)
                .setEndpoint(endpoint)
                .addSupportedVersions("1.0.0")
                .build());
  }

  @Override
  public void notifyRegistrationStatus(
      RegistrationStatus request, StreamObserver<RegistrationStatusResponse> caller) {
    Unary.answer(
        caller,
        () -> {
          if (request.getPluginRegistered()) {
            LOG.info("the kubelet has registered {}", Plugin.NAME);
          } else {
            LOG.error("the kubelet does not register {}: {}", Plugin.NAME, request.getError());
          }
          return RegistrationStatusResponse.getDefaultInstance();
        });
  }
}
