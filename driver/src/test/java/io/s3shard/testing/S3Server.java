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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real S3 server (versitygw) of its own, with one empty bucket, on a free port of this machine.
 * {@link #stop} and {@link #start} make an outage: the port and the data stay. Tests that use one
 * are tagged {@code s3}. Thread-safe.
 *
 * <p>The server is found by the system property {@code s3shard.versitygw}, or in {@code
 * ${S3SHARD_CACHE:-~/.cache/s3shard}/bin}. Its folder lies in {@code s3shard.s3.folder}, or the
 * folder for temporary files, which must take user xattrs.
 */
public final class S3Server implements AutoCloseable {
  public static final String BUCKET = "test-bucket";
  public static final String ACCESS_KEY = "s3shardtest";
  public static final String SECRET_KEY = "s3shardtestsecret";

  /** Starting takes a second; a busy machine gets a minute. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Path folder;
  private final List<String> options;
  private final int port;
  private @Nullable Process process;

  private S3Server(Path folder, int port, List<String> options) {
    this.folder = folder;
    this.port = port;
    this.options = options;
  }

  /**
   * A running server; {@code backendOptions} are versitygw's for its folder, such as {@code
   * --versioning-dir}.
   */
  public static S3Server started(String... backendOptions) {
    try {
      @Nullable String parent = System.getProperty("s3shard.s3.folder");
      Path folder =
          parent == null
              ? Files.createTempDirectory("s3shard-s3-")
              : Files.createTempDirectory(Path.of(parent), "s3shard-s3-");
      Files.createDirectories(folder.resolve("data").resolve(BUCKET));
      S3Server server = new S3Server(folder, freePort(), List.of(backendOptions));
      server.start();
      return server;
    } catch (IOException e) {
      throw new IllegalStateException("no folder for an S3 server", e);
    }
  }

  /**
   * A running server that knows users besides its owner, by access key with their secret. They may
   * do what the bucket's policy says.
   */
  public static S3Server startedWithUsers(Map<String, String> secrets) {
    S3Server server = started();
    server.stop();
    String users =
        secrets.entrySet().stream()
            .map(user ->
                "\"%1$s\": {\"access\": \"%1$s\", \"secret\": \"%2$s\", \"role\": \"user\"}"
                    .formatted(user.getKey(), user.getValue()))
            .collect(Collectors.joining(", ", "{\"accessAccounts\": {", "}}"));
    try {
      Files.createDirectory(server.users());
      Files.writeString(server.users().resolve("users.json"), users);
    } catch (IOException e) {
      throw new IllegalStateException("no folder for the users of an S3 server", e);
    }
    server.start();
    return server;
  }

  private Path users() {
    return folder.resolve("users");
  }

  /** Starts it again where it was. Returns once it takes connections. */
  public synchronized void start() {
    if (process != null) {
      return;
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                program().toString(),
                "--quiet",
                "--keep-alive",
                "--access",
                ACCESS_KEY,
                "--secret",
                SECRET_KEY,
                "--port",
                "127.0.0.1:" + port));
    if (Files.exists(users())) {
      command.addAll(List.of("--iam-dir", users().toString()));
    }
    command.add("posix");
    command.addAll(options);
    command.add(folder.resolve("data").toString());
    try {
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile());
      process = builder.start();
      awaitPort(process);
    } catch (IOException e) {
      throw new IllegalStateException("the S3 server does not start: " + command, e);
    }
  }

  /** Kills it, like a power cut: the bucket is away. */
  public synchronized void stop() {
    Process running = process;
    process = null;
    if (running == null) {
      return;
    }
    running.destroyForcibly();
    try {
      if (!running.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("the S3 server " + running.pid() + " does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops it and removes its data. */
  @Override
  public void close() {
    stop();
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new IllegalStateException("the S3 server's folder " + folder + " is not removed", e);
    }
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** The folder whose files are the bucket's objects. */
  public Path bucketFolder() {
    return folder.resolve("data").resolve(BUCKET);
  }

  /** Of its bucket under {@code prefix}. Makes this process's credentials the server's. */
  public S3Settings settings(String prefix) {
    System.setProperty("aws.accessKeyId", ACCESS_KEY);
    System.setProperty("aws.secretAccessKey", SECRET_KEY);
    return S3Settings.of(BUCKET, prefix).withEndpoint(endpoint());
  }

  /** What another process must have in its environment to use it. */
  public Map<String, String> environment() {
    return Map.of(
        "AWS_ENDPOINT_URL",
        endpoint().toString(),
        "AWS_ACCESS_KEY_ID",
        ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY",
        SECRET_KEY,
        "AWS_REGION",
        "us-east-1");
  }

  private static Path program() {
    Path program =
        Optional.ofNullable(System.getProperty("s3shard.versitygw"))
            .map(Path::of)
            .orElseGet(() -> {
              @Nullable String cache = System.getenv("S3SHARD_CACHE");
              Path root =
                  cache == null
                      ? Path.of(System.getProperty("user.home"), ".cache", "s3shard")
                      : Path.of(cache);
              return root.resolve("bin").resolve("versitygw");
            });
    if (!Files.isExecutable(program)) {
      throw new IllegalStateException(
          "no S3 server at "
              + program
              + ": go install github.com/versity/versitygw/cmd/versitygw@v1.8.0");
    }
    return program;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void awaitPort(Process starting) throws IOException {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(deadline)) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
        return;
      } catch (IOException e) {
        if (!starting.isAlive()) {
          throw new IOException(
              "the S3 server ended: " + Files.readString(folder.resolve("log")), e);
        }
        pause();
      }
    }
    throw new IOException("the S3 server takes no connections on port " + port);
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
