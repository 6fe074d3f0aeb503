package io.s3shard.store.s3;

import io.s3shard.error.StoreRefused;
import io.s3shard.error.StoreUnavailable;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * The credentials that the settings name, or that every AWS tool would use. None at the start is a
 * refusal with a remedy; a source that fails after it has once given some (an instance's metadata
 * service, a token file) is an outage.
 */
final class FoundCredentials implements AwsCredentialsProvider, AutoCloseable {
  private final AwsCredentialsProvider chain;
  private final String where;
  private volatile boolean everFound;

  FoundCredentials(S3Settings settings, String where) {
    this.chain =
        settings.keys().map(FoundCredentials::of).orElseGet(() -> found(settings.profile()));
    this.where = where;
  }

  private static AwsCredentialsProvider of(AccessKeys keys) {
    AwsCredentials credentials =
        keys.sessionToken().isPresent()
            ? AwsSessionCredentials.create(
                keys.accessKeyId(), keys.secretAccessKey(), keys.sessionToken().get())
            : AwsBasicCredentials.create(keys.accessKeyId(), keys.secretAccessKey());
    return StaticCredentialsProvider.create(credentials);
  }

  private static AwsCredentialsProvider found(Optional<String> profile) {
    DefaultCredentialsProvider.Builder builder = DefaultCredentialsProvider.builder();
    profile.ifPresent(builder::profileName);
    return builder.build();
  }

  @Override
  public AwsCredentials resolveCredentials() {
    try {
      AwsCredentials found = chain.resolveCredentials();
      everFound = true;
      return found;
    } catch (SdkException e) {
      if (everFound) {
        throw new StoreUnavailable(
            "the credentials for " + where + " can't be renewed: check their source", e);
      }
      throw new StoreRefused(
          "no credentials for "
              + where
              + ": set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile",
          e);
    }
  }

  @Override
  public void close() {
    if (chain instanceof DefaultCredentialsProvider ours) {
      ours.close();
    }
  }
}
