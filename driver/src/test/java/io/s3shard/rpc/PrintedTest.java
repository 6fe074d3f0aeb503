package io.s3shard.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import io.s3shard.proto.csi.v1.CsiProto;
import io.s3shard.proto.csi.v1.NodeStageVolumeRequest;
import io.s3shard.proto.csi.v1.VolumeCapability;
import io.s3shard.proto.shardd.v1.Credentials;
import io.s3shard.proto.shardd.v1.OpenVolumeRequest;
import org.junit.jupiter.api.Test;

class PrintedTest {
  private static final String SECRET = "TOPSECRET";

  @Test
  void noFieldThatIsMarkedIsShown() {
    int marked = 0;
    for (Descriptor type : CsiProto.getDescriptor().getMessageTypes()) {
      for (FieldDescriptor field : type.getFields()) {
        if (field.getOptions().getExtension(CsiProto.csiSecret)) {
          marked++;
          assertThat(Printed.of(with(type, field)))
              .as(field.getFullName())
              .doesNotContain(SECRET)
              .contains("***");
        }
      }
    }
    assertThat(marked).isEqualTo(22);
  }

  private static Message with(Descriptor type, FieldDescriptor field) {
    Descriptor entry = field.getMessageType();
    return DynamicMessage.newBuilder(type)
        .addRepeatedField(
            field,
            DynamicMessage.newBuilder(entry)
                .setField(entry.findFieldByNumber(1), "key")
                .setField(entry.findFieldByNumber(2), SECRET)
                .build())
        .build();
  }

  @Test
  void whatIsPrivateByItsMeaningIsNotShownEither() {
    NodeStageVolumeRequest request =
        NodeStageVolumeRequest.newBuilder()
            .setVolumeId("v")
            .putVolumeContext("csi.storage.k8s.io/serviceAccount.tokens", SECRET)
            .putVolumeContext("other", "shown")
            .setVolumeCapability(
                VolumeCapability.newBuilder()
                    .setMount(VolumeCapability.MountVolume.newBuilder().addMountFlags(SECRET)))
            .build();
    assertThat(Printed.of(request)).doesNotContain(SECRET).contains("other: shown");
  }

  @Test
  void ourOwnMessagesAreAsCareful() {
    OpenVolumeRequest request =
        OpenVolumeRequest.newBuilder()
            .setHandle("one\ntwo")
            .setCredentials(
                Credentials.newBuilder()
                    .setAccessKeyId(SECRET)
                    .setSecretAccessKey(SECRET)
                    .setSessionToken(SECRET)
                    .setWebIdentityToken(SECRET))
            .build();
    assertThat(Printed.of(request))
        .doesNotContain(SECRET)
        .contains("handle: one?two")
        .doesNotContain("\n");
  }
}
