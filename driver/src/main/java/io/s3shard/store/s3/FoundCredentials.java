package io.s3shard.store.s3;

import io.s3shard.error.StoreRefused;
import io.s3shard.error.StoreUnavailable;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * The credentials that every AWS tool would use. None at the start is a refusal with a remedy; a
 * source that fails after it has once given some (an instance's metadata service, a token file) is
 * an outage.
 */
final class FoundCredentials implements AwsCredentialsProvider, AutoCloseable {
  private final DefaultCredentialsProvider chain;
  private final String where;
  private volatile boolean everFound;

  FoundCredentials(Optional<String> profile, String where) {
    DefaultCredentialsProvider.Builder builder = DefaultCredentialsProvider.builder();
    profile.ifPresent(builder::profileName);
    this.chain = builder.build();
    this.where = where;
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
    chain.close();
  }
}
