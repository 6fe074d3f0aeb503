package io.s3shard.store.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An HTTP server on loopback that gives every request the same answer, and remembers what it was
 * asked.
 */
final class CannedServer implements AutoCloseable {
  /** What is sent back. */
  interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  /** One request as it arrived; header names in lower case. */
  record Request(String method, String target, Map<String, String> headers, byte[] body) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
  private volatile Answer answer = status(500, "InternalError");

  CannedServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** From now on all are answered so. */
  void answers(Answer next) {
    answer = next;
  }

  List<Request> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** An error as S3 writes it. */
  static Answer status(int status, String code) {
    String xml =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>"
            + code
            + "</Code><Message>What went\nwrong</Message><RequestId>1</RequestId></Error>";
    return body(status, xml, Map.of("Content-Type", "application/xml"));
  }

  /** A status and nothing else, as a proxy in between sends it. */
  static Answer bare(int status) {
    return exchange -> exchange.sendResponseHeaders(status, -1);
  }

  static Answer body(int status, String text, Map<String, String> headers) {
    return exchange -> {
      headers.forEach(exchange.getResponseHeaders()::set);
      byte[] bytes = text.getBytes(UTF_8);
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    };
  }

  /** Promises {@code promised} bytes and hangs up after {@code text}. */
  static Answer cutShort(int status, String text, int promised) {
    return exchange -> {
      exchange.sendResponseHeaders(status, promised);
      OutputStream out = exchange.getResponseBody();
      out.write(text.getBytes(UTF_8));
      out.flush();
      throw new IOException("hang up");
    };
  }

  /** Hangs up without a word. */
  static Answer hangUp() {
    return exchange -> {
      throw new IOException("hang up");
    };
  }

  private void handle(HttpExchange exchange) throws IOException {
    // an exception out of a handler makes the server close the connection
    try (InputStream in = exchange.getRequestBody()) {
      byte[] body = in.readAllBytes();
      Map<String, String> headers = new TreeMap<>();
      exchange
          .getRequestHeaders()
          .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
      requests.add(
          new Request(
              exchange.getRequestMethod(), exchange.getRequestURI().toString(), headers, body));
    }
    answer.to(exchange);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
