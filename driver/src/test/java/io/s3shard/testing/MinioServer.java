package io.s3shard.testing;

import io.s3shard.store.s3.S3Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A MinIO of its own with one empty bucket, on a free port of this machine. Its program is the
 * system property {@link #PROGRAM}.
 */
public final class MinioServer implements AutoCloseable {
  public static final String PROGRAM = "s3shard.minio";

  /** Starting takes a few seconds; a busy machine gets a minute. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Path folder;
  private final int port;
  private final Process process;

  private MinioServer(Path folder, int port, Process process) {
    this.folder = folder;
    this.port = port;
    this.process = process;
  }

  /** A running server. */
  public static MinioServer started() {
    try {
      Path folder = Files.createTempDirectory("s3shard-minio-");
      // one drive: a folder of it is a bucket
      Files.createDirectories(folder.resolve("data").resolve(S3Server.BUCKET));
      int port = freePort();
      ProcessBuilder builder =
          new ProcessBuilder(
              List.of(
                  System.getProperty(PROGRAM),
                  "server",
                  "--quiet",
                  "--address",
                  "127.0.0.1:" + port,
                  folder.resolve("data").toString()));
      builder
          .environment()
          .putAll(
              Map.of(
                  "MINIO_ROOT_USER",
                  S3Server.ACCESS_KEY,
                  "MINIO_ROOT_PASSWORD",
                  S3Server.SECRET_KEY,
                  "MINIO_UPDATE",
                  "off",
                  "MINIO_BROWSER",
                  "off"));
      Process process =
          builder.redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile()).start();
      MinioServer server = new MinioServer(folder, port, process);
      server.awaitPort();
      return server;
    } catch (IOException e) {
      throw new IllegalStateException("MinIO does not start", e);
    }
  }

  /** Of its bucket under {@code prefix}. Makes this process's credentials the server's. */
  public S3Settings settings(String prefix) {
    System.setProperty("aws.accessKeyId", S3Server.ACCESS_KEY);
    System.setProperty("aws.secretAccessKey", S3Server.SECRET_KEY);
    return S3Settings.of(S3Server.BUCKET, prefix)
        .withEndpoint(URI.create("http://127.0.0.1:" + port));
  }

  /** Stops it and removes its data. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("MinIO " + process.pid() + " does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new IllegalStateException("MinIO's folder " + folder + " is not removed", e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void awaitPort() throws IOException {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(deadline)) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
        return;
      } catch (IOException e) {
        if (!process.isAlive()) {
          throw new IOException("MinIO ended: " + Files.readString(folder.resolve("log")), e);
        }
        pause();
      }
    }
    throw new IOException("MinIO takes no connections on port " + port);
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
