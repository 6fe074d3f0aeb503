package io.s3shard.kube;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A server that speaks a little Kubernetes: objects by path, with create, replace, list and patches
 * of both kinds; versions and conflicts as there.
 */
final class TinyApiServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  /** Guarded by this. */
  private final NavigableMap<String, JsonObject> objects = new TreeMap<>();

  private long version;
  private int failure;
  private Runnable beforeWrite = () -> {};

  TinyApiServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  Config config() {
    return new ConfigBuilder(Config.empty())
        .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
        .withNamespace("s3shard")
        .build();
  }

  /** As if somebody had made it. */
  synchronized void put(String path, String json) {
    store(path, JsonParser.parseString(json).getAsJsonObject());
  }

  synchronized @Nullable JsonObject get(String path) {
    JsonObject there = objects.get(path);
    return there == null ? null : there.deepCopy();
  }

  /** All below a path, by name. */
  synchronized List<JsonObject> list(String path) {
    return objects.subMap(path + "/", path + "0").values().stream()
        .map(JsonObject::deepCopy)
        .toList();
  }

  /** From now on each request is answered so; 0: as it should be. */
  synchronized void fails(int status) {
    failure = status;
  }

  /** Runs when the next patch or replacement has arrived, before it is looked at. */
  synchronized void beforeNextWrite(Runnable step) {
    beforeWrite = step;
  }

  private void store(String path, JsonObject object) {
    JsonObject metadata =
        object.has("metadata") ? object.getAsJsonObject("metadata") : new JsonObject();
    metadata.addProperty("resourceVersion", String.valueOf(++version));
    if (!metadata.has("name")) {
      metadata.addProperty("name", path.substring(path.lastIndexOf('/') + 1));
    }
    if (path.contains("/namespaces/")) {
      metadata.addProperty("namespace", path.replaceAll(".*/namespaces/([^/]+)/.*", "$1"));
    }
    if (!metadata.has("uid")) {
      metadata.addProperty("uid", "uid-of-" + metadata.get("name").getAsString());
    }
    object.add("metadata", metadata);
    objects.put(path, object);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      String path = exchange.getRequestURI().getPath();
      if (exchange.getRequestMethod().startsWith("P")
          && !exchange.getRequestMethod().equals("POST")) {
        takeBeforeWrite().run();
      }
      Answer answer;
      synchronized (this) {
        answer =
            failure == 0
                ? answer(
                    exchange.getRequestMethod(), path, exchange.getRequestURI().getQuery(), body)
                : Answer.status(failure);
      }
      byte[] bytes = answer.body.toString().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(answer.status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private synchronized Runnable takeBeforeWrite() {
    Runnable before = beforeWrite;
    beforeWrite = () -> {};
    return before;
  }

  private record Answer(int status, JsonObject body) {
    static Answer status(int status) {
      JsonObject body = new JsonObject();
      body.addProperty("kind", "Status");
      body.addProperty("apiVersion", "v1");
      body.addProperty("status", "Failure");
      body.addProperty("code", status);
      body.addProperty("message", "answered with " + status);
      return new Answer(status, body);
    }
  }

  private Answer answer(String method, String path, @Nullable String query, String body) {
    return switch (method) {
      case "GET" -> objects.containsKey(path) ? there(path) : listed(path, query);
      case "POST" -> create(path, JsonParser.parseString(body).getAsJsonObject());
      case "PUT" -> replace(path, JsonParser.parseString(body).getAsJsonObject());
      case "PATCH" -> patch(path, JsonParser.parseString(body));
      default -> Answer.status(405);
    };
  }

  private Answer there(String path) {
    return new Answer(200, objects.get(path));
  }

  private Answer listed(String path, @Nullable String query) {
    String kind = path.substring(path.lastIndexOf('/') + 1);
    if (!kind.endsWith("s") || kind.contains("-")) {
      return Answer.status(404);
    }
    JsonArray items = new JsonArray();
    objects.forEach((at, object) -> {
      boolean inside =
          at.startsWith(path + "/") || at.matches(".*/namespaces/[^/]+/" + kind + "/.*");
      if (inside && isSelected(object, query)) {
        items.add(object);
      }
    });
    JsonObject list = new JsonObject();
    list.addProperty("kind", "List");
    list.addProperty("apiVersion", "v1");
    list.add("metadata", new JsonObject());
    list.add("items", items);
    return new Answer(200, list);
  }

  private static boolean isSelected(JsonObject object, @Nullable String query) {
    if (query == null || !query.contains("spec.nodeName=")) {
      return true;
    }
    String node = query.replaceAll(".*spec\\.nodeName=([^&]*).*", "$1");
    return object.getAsJsonObject("spec").get("nodeName").getAsString().equals(node);
  }

  private Answer create(String collection, JsonObject object) {
    String path = collection + "/" + object.getAsJsonObject("metadata").get("name").getAsString();
    if (objects.containsKey(path)) {
      return Answer.status(409);
    }
    store(path, object);
    return new Answer(201, objects.get(path));
  }

  private Answer replace(String path, JsonObject object) {
    JsonObject there = objects.get(path);
    if (there == null) {
      return Answer.status(404);
    }
    JsonElement base = object.getAsJsonObject("metadata").get("resourceVersion");
    if (base != null && !base.equals(there.getAsJsonObject("metadata").get("resourceVersion"))) {
      return Answer.status(409);
    }
    store(path, object);
    return there(path);
  }

  private Answer patch(String path, JsonElement patch) {
    JsonObject object = objects.get(path);
    if (object == null) {
      return Answer.status(404);
    }
    JsonObject changed = object.deepCopy();
    if (patch.isJsonObject()) {
      merge(changed, patch.getAsJsonObject());
      return replace(path, changed);
    }
    for (JsonElement one : patch.getAsJsonArray()) {
      JsonObject step = one.getAsJsonObject();
      List<String> names = new ArrayList<>(List.of(step.get("path").getAsString().split("/")));
      String last = names.removeLast();
      JsonObject parent = changed;
      for (String name : names.subList(1, names.size())) {
        parent = parent.getAsJsonObject(name);
      }
      switch (step.get("op").getAsString()) {
        case "test" -> {
          if (!step.get("value").equals(parent.get(last))) {
            return Answer.status(422);
          }
        }
        case "add", "replace" -> parent.add(last, step.get("value"));
        case "remove" -> parent.remove(last);
        default -> {
          return Answer.status(400);
        }
      }
    }
    store(path, changed);
    return there(path);
  }

  private static void merge(JsonObject into, JsonObject patch) {
    patch
        .entrySet()
        .forEach(entry -> {
          String name = entry.getKey();
          JsonElement value = entry.getValue();
          if (value.isJsonNull()) {
            into.remove(name);
          } else if (value.isJsonObject() && into.has(name) && into.get(name).isJsonObject()) {
            merge(into.getAsJsonObject(name), value.getAsJsonObject());
          } else {
            into.add(name, value);
          }
        });
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
