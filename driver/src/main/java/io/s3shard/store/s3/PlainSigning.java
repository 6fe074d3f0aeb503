package io.s3shard.store.s3;

import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.scheme.AwsV4AuthScheme;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignRequest;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignedRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.IdentityProviders;

/**
 * Signs requests over plain HTTP as those over HTTPS are signed: without a SHA-256 of the body,
 * which the SDK else makes for plain HTTP, at a quarter of the CPU of a long write. What that keeps
 * out is an attacker on the line who changes what is sent; he can change what is received as well,
 * and nobody signs that. Damage is found by the CRC-32C that each request carries and signs.
 */
final class PlainSigning implements AwsV4AuthScheme {
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  private final AwsV4AuthScheme signing = AwsV4AuthScheme.create();

  @Override
  public String schemeId() {
    return signing.schemeId();
  }

  @Override
  public IdentityProvider<AwsCredentialsIdentity> identityProvider(IdentityProviders providers) {
    return signing.identityProvider(providers);
  }

  @Override
  public AwsV4HttpSigner signer() {
    return new Signer(signing.signer());
  }

  private record Signer(AwsV4HttpSigner signer) implements AwsV4HttpSigner {
    @Override
    public SignedRequest sign(SignRequest<? extends AwsCredentialsIdentity> request) {
      SdkHttpRequest plain = request.request();
      SignedRequest signed = signer.sign(request.toBuilder().request(asIfEncrypted(plain)).build());
      return signed.toBuilder().request(as(plain, signed.request())).build();
    }

    @Override
    public CompletableFuture<AsyncSignedRequest> signAsync(
        AsyncSignRequest<? extends AwsCredentialsIdentity> request) {
      return signer.signAsync(request);
    }

    /** The standard port of the other protocol, too: the signed Host header names any other. */
    private static SdkHttpRequest asIfEncrypted(SdkHttpRequest request) {
      return request.toBuilder()
          .protocol("https")
          .port(request.port() == HTTP_PORT ? HTTPS_PORT : request.port())
          .build();
    }

    private static SdkHttpRequest as(SdkHttpRequest plain, SdkHttpRequest signed) {
      return signed.toBuilder().protocol(plain.protocol()).port(plain.port()).build();
    }
  }
}
