package io.s3shard.kubernetes;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * versitygw on this machine, at all its addresses, so that nodes in containers reach it: where
 * system property {@code s3shard.versitygw} says. It can be stopped and started on the same port.
 */
final class S3Server implements AutoCloseable {
  static final String KEY = "s3shard-test";
  static final String SECRET = "s3shard-test-secret";
  static final String BUCKET = "volumes";

  private final Path folder;
  private final int port;
  private Process server;

  private S3Server(Path folder, int port, Process server) {
    this.folder = folder;
    this.port = port;
    this.server = server;
  }

  static S3Server start(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    S3Server server = new S3Server(folder, port, process(folder, port));
    server.awaitAnswer();
    try (S3Client client = server.client()) {
      client.createBucket(request -> request.bucket(BUCKET));
    }
    return server;
  }

  private static Process process(Path folder, int port) throws IOException {
    String program = System.getProperty("s3shard.versitygw", "versitygw");
    ProcessBuilder builder =
        new ProcessBuilder(
                program, "--port", "0.0.0.0:" + port, "--quiet", "posix", folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("ROOT_ACCESS_KEY", KEY);
    builder.environment().put("ROOT_SECRET_KEY", SECRET);
    return builder.start();
  }

  private void awaitAnswer() throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress("127.0.0.1", port), 200);
        return;
      } catch (IOException e) {
        if (server.waitFor(100, TimeUnit.MILLISECONDS) || System.nanoTime() > end) {
          throw new IOException("versitygw does not answer", e);
        }
      }
    }
  }

  void goAway() throws InterruptedException {
    server.destroyForcibly().waitFor();
  }

  void comeBack() throws IOException, InterruptedException {
    server = process(folder, port);
    awaitAnswer();
  }

  URI at(String host) {
    return URI.create("http://" + host + ":" + port);
  }

  S3Client client() {
    return S3Client.builder()
        .endpointOverride(at("127.0.0.1"))
        .region(Region.US_EAST_1)
        .forcePathStyle(true)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(KEY, SECRET)))
        .build();
  }

  @Override
  public void close() throws InterruptedException {
    goAway();
  }
}
