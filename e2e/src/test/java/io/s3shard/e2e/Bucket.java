package io.s3shard.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A bucket on a real S3 server of this machine, in a process of its own that can be stopped and
 * started again on the same port: versitygw, where system property {@code s3shard.versitygw} says.
 */
final class Bucket implements AutoCloseable {
  private static final String KEY = "s3shard-test";
  private static final String SECRET = "s3shard-test-secret";
  static final String NAME = "bucket";

  private final Path folder;
  private final int port;
  private Process server;

  private Bucket(Path folder, int port) {
    this.folder = folder;
    this.port = port;
  }

  static Bucket start(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Bucket bucket = new Bucket(folder, freePort());
    bucket.start();
    try (S3Client client = bucket.client()) {
      client.createBucket(request -> request.bucket(NAME));
    }
    return bucket;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  void start() throws IOException, InterruptedException {
    String binary = System.getProperty("s3shard.versitygw", "versitygw");
    ProcessBuilder builder =
        new ProcessBuilder(
                binary, "--port", "127.0.0.1:" + port, "--quiet", "posix", folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("ROOT_ACCESS_KEY", KEY);
    builder.environment().put("ROOT_SECRET_KEY", SECRET);
    server = builder.start();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!answers()) {
      if (server.waitFor(50, TimeUnit.MILLISECONDS) || System.nanoTime() > end) {
        throw new IOException(
            "versitygw did not start: " + binary + "; see dev.d/setup.sh, need_server");
      }
    }
  }

  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  void startUnlessRunning() throws IOException, InterruptedException {
    if (!server.isAlive()) {
      start();
    }
  }

  /** The bucket is away until {@link #start}. */
  void stop() throws InterruptedException {
    server.destroyForcibly().waitFor();
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + port);
  }

  Map<String, String> environment() {
    return Map.of(
        "AWS_ENDPOINT_URL",
        endpoint().toString(),
        "AWS_ACCESS_KEY_ID",
        KEY,
        "AWS_SECRET_ACCESS_KEY",
        SECRET,
        "AWS_REGION",
        "us-east-1");
  }

  String url(String prefix) {
    return "s3://" + NAME + "/" + prefix;
  }

  /** Where the objects of a prefix lie as files, to damage them. */
  Path files(String prefix) {
    return folder.resolve(NAME).resolve(prefix);
  }

  S3Client client() {
    return S3Client.builder()
        .endpointOverride(endpoint())
        .region(Region.US_EAST_1)
        .forcePathStyle(true)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(KEY, SECRET)))
        .build();
  }

  @Override
  public void close() throws InterruptedException {
    stop();
  }
}
