package io.s3shard.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A server that speaks a little S3 and lacks what a test wants it to lack. Any key opens it. */
final class TinyS3 implements AutoCloseable {
  /** What it does with a put that has If-None-Match. */
  enum ConditionalPuts {
    KEPT,
    IGNORED,
    REFUSED
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final NavigableMap<String, byte[]> objects = new ConcurrentSkipListMap<>();
  private final ConditionalPuts conditionalPuts;
  private volatile @Nullable String failure;
  private volatile int failureStatus;

  TinyS3(ConditionalPuts conditionalPuts) throws IOException {
    this.conditionalPuts = conditionalPuts;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** From now on each request is answered so. */
  void fails(int status, String code) {
    failureStatus = status;
    failure = code;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String code = failure;
      if (code != null) {
        error(exchange, failureStatus, code);
        return;
      }
      Map<String, String> query = query(exchange.getRequestURI());
      // /bucket/key
      String[] path = exchange.getRequestURI().getPath().substring(1).split("/", 2);
      String key = path.length < 2 ? "" : path[1];
      switch (exchange.getRequestMethod()) {
        case "PUT" -> put(exchange, key, body);
        case "DELETE" -> {
          objects.remove(key);
          exchange.sendResponseHeaders(204, -1);
        }
        case "GET" -> {
          if (key.isEmpty() && query.containsKey("list-type")) {
            list(exchange, query);
          } else if (key.isEmpty()) {
            error(exchange, 501, "NotImplemented");
          } else {
            get(exchange, key);
          }
        }
        default -> error(exchange, 501, "NotImplemented");
      }
    }
  }

  private void put(HttpExchange exchange, String key, byte[] body) throws IOException {
    boolean conditional = exchange.getRequestHeaders().containsKey("If-None-Match");
    if (conditional && conditionalPuts == ConditionalPuts.REFUSED) {
      error(exchange, 501, "NotImplemented");
      return;
    }
    if (conditional && conditionalPuts == ConditionalPuts.KEPT) {
      if (objects.putIfAbsent(key, body) != null) {
        error(exchange, 412, "PreconditionFailed");
        return;
      }
    } else {
      objects.put(key, body);
    }
    exchange.getResponseHeaders().set("ETag", tag(body));
    exchange.sendResponseHeaders(200, -1);
  }

  private void get(HttpExchange exchange, String key) throws IOException {
    byte[] body = objects.get(key);
    if (body == null) {
      error(exchange, 404, "NoSuchKey");
      return;
    }
    String match = exchange.getRequestHeaders().getFirst("If-Match");
    if (match != null && !match.equals(tag(body))) {
      error(exchange, 412, "PreconditionFailed");
      return;
    }
    exchange.getResponseHeaders().set("ETag", tag(body));
    String range = exchange.getRequestHeaders().getFirst("Range");
    int from = 0;
    int to = body.length;
    if (range != null) {
      String[] bounds = range.substring("bytes=".length()).split("-", -1);
      from = Integer.parseInt(bounds[0]);
      to = Math.min(to, Integer.parseInt(bounds[1]) + 1);
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + body.length);
    }
    exchange.sendResponseHeaders(range == null ? 200 : 206, to - from);
    exchange.getResponseBody().write(body, from, to - from);
  }

  private void list(HttpExchange exchange, Map<String, String> query) throws IOException {
    String prefix = query.getOrDefault("prefix", "");
    String after = query.getOrDefault("start-after", "");
    int limit = Integer.parseInt(query.getOrDefault("max-keys", "1000"));
    StringBuilder xml = new StringBuilder("<ListBucketResult><IsTruncated>false</IsTruncated>");
    objects.tailMap(after, false).entrySet().stream()
        .filter(object -> object.getKey().startsWith(prefix))
        .limit(limit)
        .forEach(object ->
            xml.append("<Contents><Key>")
                .append(object.getKey())
                .append("</Key><ETag>")
                .append(tag(object.getValue()).replace("\"", "&quot;"))
                .append("</ETag><Size>")
                .append(object.getValue().length)
                .append("</Size></Contents>"));
    answer(exchange, 200, xml.append("</ListBucketResult>").toString());
  }

  private static String tag(byte[] body) {
    return "\"" + Integer.toHexString(java.util.Arrays.hashCode(body)) + "\"";
  }

  private static Map<String, String> query(URI uri) {
    Map<String, String> query = new TreeMap<>();
    if (uri.getRawQuery() != null) {
      for (String part : uri.getRawQuery().split("&")) {
        String[] pair = part.split("=", 2);
        query.put(
            pair[0], pair.length < 2 ? "" : URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
      }
    }
    return query;
  }

  private static void error(HttpExchange exchange, int status, String code) throws IOException {
    answer(exchange, status, "<Error><Code>" + code + "</Code><Message>because</Message></Error>");
  }

  private static void answer(HttpExchange exchange, int status, String xml) throws IOException {
    byte[] body = xml.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/xml");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
