package io.s3shard.store.s3;

import io.s3shard.error.InvalidRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** The authorities of a PEM file, which are then the only ones that are trusted. */
final class CaBundle {
  private final Path file;
  private final TrustManager[] trustManagers;

  private CaBundle(Path file) {
    this.file = file;
    this.trustManagers = load();
  }

  /** The settings' file, or AWS_CA_BUNDLE's. @throws InvalidRequest if it can't be read */
  static Optional<CaBundle> of(S3Settings settings, Map<String, String> environment) {
    return settings
        .caBundle()
        .or(() ->
            Optional.ofNullable(environment.get("AWS_CA_BUNDLE"))
                .filter(path -> !path.isBlank())
                .map(Path::of))
        .map(CaBundle::new);
  }

  TrustManager[] trustManagers() {
    return trustManagers.clone();
  }

  private TrustManager[] load() {
    try (InputStream pem = Files.newInputStream(file)) {
      KeyStore authorities = KeyStore.getInstance(KeyStore.getDefaultType());
      authorities.load(null, null);
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        authorities.setCertificateEntry("authority-" + authorities.size(), certificate);
      }
      if (authorities.size() == 0) {
        throw new InvalidRequest("the CA bundle " + file + " has no certificate: give a PEM file");
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(authorities);
      return factory.getTrustManagers();
    } catch (IOException | GeneralSecurityException e) {
      throw new InvalidRequest(
          "the CA bundle " + file + " can't be read: give a PEM file of certificates", e);
    }
  }
}
