package io.s3shard.rpc;

import io.s3shard.error.InvalidRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A unix socket's address as people and CSI write it: {@code unix:///run/csi.sock}, or a path. */
public record Endpoint(Path path) {
  /** sockaddr_un has 108 bytes, the last of which is 0. */
  private static final int MAX_BYTES = 107;

  public Endpoint {
    if (!path.isAbsolute()) {
      throw new InvalidRequest(
          "\"" + path + "\" is no socket: give unix:///path, the path beginning with a slash");
    }
    if (path.toString().getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      throw new InvalidRequest(
          "the socket's path " + path + " is longer than " + MAX_BYTES + " bytes: shorten it");
    }
  }

  /**
   * @throws InvalidRequest with what is allowed
   */
  public static Endpoint parse(String text) {
    String path = text.strip();
    if (path.startsWith("unix://")) {
      path = path.substring("unix://".length());
    } else if (path.startsWith("unix:")) {
      path = path.substring("unix:".length());
    } else if (path.contains("://")) {
      throw new InvalidRequest(
          "\"" + text + "\" is no unix socket, and we listen on nothing else: give unix:///path");
    }
    return new Endpoint(Path.of(path));
  }

  @Override
  public String toString() {
    return "unix://" + path;
  }
}
