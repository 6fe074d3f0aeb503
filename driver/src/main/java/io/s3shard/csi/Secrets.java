package io.s3shard.csi;

import io.s3shard.error.InvalidRequest;
import io.s3shard.proto.shardd.v1.Credentials;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * What a secret may hold: keys of the bucket, and the passphrase of an encrypted volume. Other keys
 * are not looked at, so that one secret can serve several programs.
 */
public record Secrets(Credentials credentials, Optional<byte[]> passphrase) {
  public static final String ACCESS_KEY_ID = "accessKeyId";
  public static final String SECRET_ACCESS_KEY = "secretAccessKey";
  public static final String SESSION_TOKEN = "sessionToken";
  public static final String PASSPHRASE = "encryptionPassphrase";

  /** None: whoever runs us has rights of his own. */
  static final Secrets NONE = of(Map.of());

  /** Fewer are guessed. */
  private static final int MIN_PASSPHRASE = 8;

  /**
   * @throws InvalidRequest naming the key that is missing, never a value
   */
  public static Secrets of(Map<String, String> secret) {
    String id = secret.getOrDefault(ACCESS_KEY_ID, "");
    String key = secret.getOrDefault(SECRET_ACCESS_KEY, "");
    if (id.isEmpty() != key.isEmpty()) {
      throw new InvalidRequest(
          "the secret has "
              + (id.isEmpty() ? SECRET_ACCESS_KEY : ACCESS_KEY_ID)
              + ", and not the other of "
              + ACCESS_KEY_ID
              + " and "
              + SECRET_ACCESS_KEY);
    }
    Credentials credentials =
        Credentials.newBuilder()
            .setAccessKeyId(id)
            .setSecretAccessKey(key)
            .setSessionToken(secret.getOrDefault(SESSION_TOKEN, ""))
            .build();
    return new Secrets(credentials, passphrase(secret.getOrDefault(PASSPHRASE, "")));
  }

  private static Optional<byte[]> passphrase(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (text.length() < MIN_PASSPHRASE) {
      throw new InvalidRequest(
          "the secret's " + PASSPHRASE + " is shorter than " + MIN_PASSPHRASE + " characters");
    }
    return Optional.of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Without what is secret. */
  @Override
  public String toString() {
    return "secrets";
  }
}
