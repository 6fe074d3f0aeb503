package io.s3shard.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * {@code GET /metrics}: what Prometheus scrapes. {@code /healthz}: 200 while the process lives;
 * {@code /readyz}: 200, or 503 and why not.
 */
final class MetricsServer implements AutoCloseable {
  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final HttpServer server;

  private MetricsServer(HttpServer server) {
    this.server = server;
  }

  static MetricsServer start(String address, int port, PrometheusMeterRegistry registry)
      throws IOException {
    return start(address, port, registry, () -> "");
  }

  /** {@code whyNotReady}: empty when it is. */
  static MetricsServer start(
      String address, int port, PrometheusMeterRegistry registry, Supplier<String> whyNotReady)
      throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(address, port), 8);
    server.createContext("/healthz", exchange -> answer(exchange, 200, "ok"));
    server.createContext(
        "/readyz",
        exchange -> {
          String why = whyNotReady.get();
          answer(exchange, why.isEmpty() ? 200 : 503, why.isEmpty() ? "ok" : why);
        });
    server.createContext("/metrics", exchange -> answer(exchange, 200, registry.scrape()));
    // scrapes are few: one at a time
    server.setExecutor(
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("metrics").factory()));
    server.start();
    return new MetricsServer(server);
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", TEXT);
    exchange.sendResponseHeaders(status, body.length);
    try (var out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
