package io.s3shard.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/** Where a request over plain HTTP goes, and for which host it is signed. */
final class PlainSigningTest {
  @ParameterizedTest
  @CsvSource({
    "http://host/b/k, host",
    "http://host:80/b/k, host",
    "http://host:9000/b/k, host:9000"
  })
  void theHostIsSignedAsItIsSent(String url, String host) {
    SdkHttpRequest request =
        SdkHttpRequest.builder().method(SdkHttpMethod.PUT).uri(URI.create(url)).build();
    SignedRequest signed =
        new PlainSigning()
            .signer()
            .sign(sign ->
                sign.identity(AwsCredentialsIdentity.create("key", "secret"))
                    .request(request)
                    .putProperty(AwsV4HttpSigner.REGION_NAME, "us-east-1")
                    .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                    .putProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, false));
    assertThat(signed.request().getUri()).isEqualTo(request.getUri());
    assertThat(signed.request().firstMatchingHeader("Host")).contains(host);
    assertThat(signed.request().firstMatchingHeader("x-amz-content-sha256"))
        .contains("UNSIGNED-PAYLOAD");
  }
}
