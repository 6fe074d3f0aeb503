package io.s3shard.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.s3shard.error.S3ShardException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers on a mount's unix socket: a connection is one line with the request's name, with or
 * without a JSON object behind it, and one line of JSON with the answer, {@code {"exit": 0, …}} or
 * the failure's exit code and message. The folder's permissions say who may ask.
 */
final class ControlServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

  /** More than anybody needs; the rest waits in the kernel's queue. */
  private static final int MAX_CONNECTIONS = 16;

  private static final int MAX_LINE = 4096;
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(2);

  /** How one kind of request is answered. */
  @FunctionalInterface
  interface Request {
    /**
     * {@code arguments}: an empty object if none were sent. An answer without an exit code is a
     * success.
     */
    JsonObject answer(JsonObject arguments);
  }

  private final Path path;
  private final ServerSocketChannel server;
  private final Map<String, Request> requests;
  private final Semaphore connections = new Semaphore(MAX_CONNECTIONS);

  private ControlServer(Path path, ServerSocketChannel server, Map<String, Request> requests) {
    this.path = path;
    this.server = server;
    this.requests = requests;
  }

  /** Begins to answer. What a dead process left at {@code path} is replaced. */
  static ControlServer start(Path path, Map<String, Request> requests) throws IOException {
    Files.deleteIfExists(path);
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    channel.bind(UnixDomainSocketAddress.of(path));
    ControlServer server = new ControlServer(path, channel, Map.copyOf(requests));
    Thread.ofPlatform().daemon().name("control").start(server::acceptAll);
    return server;
  }

  private void acceptAll() {
    while (server.isOpen()) {
      connections.acquireUninterruptibly();
      try {
        SocketChannel connection = server.accept();
        Thread.ofVirtual().name("control answer").start(() -> answer(connection));
      } catch (IOException closed) {
        connections.release();
      }
    }
  }

  private void answer(SocketChannel connection) {
    try (connection;
        BufferedReader in =
            new BufferedReader(Channels.newReader(connection, StandardCharsets.UTF_8), MAX_LINE);
        PrintWriter out = new PrintWriter(Channels.newWriter(connection, StandardCharsets.UTF_8))) {
      String line = in.readLine();
      if (line != null) {
        out.println(answer(line.strip()));
        out.flush();
      }
    } catch (IOException gone) {
      LOG.debug("a client of {} went away: {}", path, gone.getMessage());
    } finally {
      connections.release();
    }
  }

  private JsonObject answer(String line) {
    String[] parts = line.split(" ", 2);
    String request = parts[0];
    Request asked = requests.get(request);
    if (asked == null) {
      return failure(
          ExitCode.USAGE,
          "this mount does not know the request \"" + request + "\": it runs another version");
    }
    try {
      JsonObject arguments =
          parts.length == 1 ? new JsonObject() : JsonParser.parseString(parts[1]).getAsJsonObject();
      JsonObject answer = asked.answer(arguments);
      if (!answer.has("exit")) {
        answer.addProperty("exit", ExitCode.OK.number());
      }
      return answer;
    } catch (S3ShardException e) {
      return failure(ExitCode.of(e), Failures.message(e));
    } catch (RuntimeException e) {
      LOG.error("request {} failed", request, e);
      return failure(ExitCode.OTHER, Failures.message(e));
    }
  }

  static JsonObject failure(ExitCode code, String message) {
    JsonObject json = new JsonObject();
    json.addProperty("exit", code.number());
    json.addProperty("message", message);
    return json;
  }

  /** Answers nobody new, and lets what is being answered be sent. */
  @Override
  public void close() {
    try {
      server.close();
      Files.deleteIfExists(path);
      if (!connections.tryAcquire(
          MAX_CONNECTIONS, LAST_ANSWERS.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.debug("somebody does not read the answer");
      }
    } catch (IOException e) {
      LOG.debug("closing {} failed: {}", path, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
