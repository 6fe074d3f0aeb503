package io.s3shard.cli;

import io.s3shard.error.StoreRefused;
import io.s3shard.proto.shardd.v1.Credentials;
import io.s3shard.proto.v1.StoreLocation;
import io.s3shard.store.s3.AccessKeys;
import io.s3shard.store.s3.S3Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where a volume's bucket is and whose rights are used, as node and shardd tell each other. */
final class PlaceSettings {
  private PlaceSettings() {}

  /**
   * @param folder for the authorities' file, which the client reads from a path
   * @throws io.s3shard.error.InvalidRequest with what is allowed
   */
  static S3Settings of(StoreLocation place, Credentials credentials, Path folder) {
    return new S3Settings(
        place.getBucket(),
        place.getPrefix(),
        given(place.getEndpoint()).map(S3Settings::endpointOf),
        given(place.getRegion()),
        switch (place.getAddressing()) {
          case PATH -> Optional.of(true);
          case HOST -> Optional.of(false);
          case ADDRESSING_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
        },
        Optional.empty(),
        given(place.getCaBundlePem()).map(pem -> authorities(pem, folder)),
        keys(credentials));
  }

  private static Optional<AccessKeys> keys(Credentials credentials) {
    boolean any =
        !credentials.getAccessKeyId().isEmpty() || !credentials.getSecretAccessKey().isEmpty();
    return any
        ? Optional.of(
            new AccessKeys(
                credentials.getAccessKeyId(),
                credentials.getSecretAccessKey(),
                given(credentials.getSessionToken())))
        : Optional.empty();
  }

  private static Optional<String> given(String value) {
    return value.isBlank() ? Optional.empty() : Optional.of(value);
  }

  private static Path authorities(String pem, Path folder) {
    try {
      Files.createDirectories(folder);
      return Files.writeString(folder.resolve("ca-" + RunDirectory.hash(pem) + ".pem"), pem);
    } catch (IOException e) {
      throw new StoreRefused("can't keep the CA bundle in " + folder + ": " + e.getMessage(), e);
    }
  }
}
