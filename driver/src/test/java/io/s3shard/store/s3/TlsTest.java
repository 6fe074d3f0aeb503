package io.s3shard.store.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.s3shard.error.StoreRefused;
import io.s3shard.store.Body;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server whose certificate nobody has signed: trusted if the user says so, and refused with the
 * remedy otherwise.
 */
final class TlsTest {
  private static final ObjectKey KEY = new ObjectKey("k");
  private static final Body BODY = Body.of(new byte[] {1, 2, 3});
  private static final String PASSWORD = "s3shardtest";

  private final ConcurrentLinkedQueue<String> signedHashes = new ConcurrentLinkedQueue<>();
  private HttpsServer server;
  private Path certificate;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    System.setProperty("aws.accessKeyId", "s3shardtest");
    System.setProperty("aws.secretAccessKey", "s3shardtestsecret");
    Path keys = folder.resolve("keys.p12");
    certificate = folder.resolve("certificate.pem");
    keytool(
        "-genkeypair",
        "-alias",
        "s3",
        "-keyalg",
        "EC",
        "-dname",
        "CN=127.0.0.1",
        "-ext",
        "san=ip:127.0.0.1",
        "-validity",
        "2",
        "-storetype",
        "PKCS12",
        "-keystore",
        keys.toString(),
        "-storepass",
        PASSWORD);
    keytool(
        "-exportcert",
        "-rfc",
        "-alias",
        "s3",
        "-file",
        certificate.toString(),
        "-keystore",
        keys.toString(),
        "-storepass",
        PASSWORD);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context(keys)));
    server.createContext(
        "/",
        exchange -> {
          signedHashes.add(exchange.getRequestHeaders().getFirst("x-amz-content-sha256"));
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void theAuthoritiesOfTheBundleAreTrusted() {
    try (S3Store store = store(Map.of("AWS_CA_BUNDLE", certificate.toString()))) {
      assertThat(store.putIfAbsent(KEY, BODY, Purpose.LOG)).isEqualTo(PutOutcome.WON);
    }
    // TLS guards the body already: hashing it once more would take a core for each 500 MB/s
    assertThat(signedHashes).containsExactly("UNSIGNED-PAYLOAD");
  }

  @Test
  void othersAreRefusedWithTheRemedy() {
    try (S3Store store = store(Map.of())) {
      assertThatThrownBy(() -> store.get(KEY, Purpose.READ))
          .isInstanceOf(StoreRefused.class)
          .hasMessageContaining("CA bundle")
          .hasMessageContaining("https://127.0.0.1:");
      assertThatThrownBy(() -> store.putIfAbsent(KEY, BODY, Purpose.LOG))
          .isInstanceOf(StoreRefused.class);
    }
    assertThat(signedHashes).isEmpty();
  }

  private S3Store store(Map<String, String> environment) {
    URI endpoint = URI.create("https://127.0.0.1:" + server.getAddress().getPort());
    return new S3Store(S3Settings.of("bucket", "p").withEndpoint(endpoint), environment);
  }

  private static SSLContext context(Path keys) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(keys)) {
      store.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    return context;
  }

  private static void keytool(String... arguments) throws IOException, InterruptedException {
    Path program = Path.of(System.getProperty("java.home"), "bin", "keytool");
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }
}
