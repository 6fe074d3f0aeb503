package io.s3shard.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.s3shard.error.VolumeMissing;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Asks the process behind a mount point. */
final class ControlClient {
  private final Path mountPoint;
  private final RunDirectory run;

  /** {@code mountPoint} as the user wrote it. */
  ControlClient(Path mountPoint, Map<String, String> environment) {
    this.mountPoint = RunDirectory.canonical(mountPoint);
    this.run = RunDirectory.of(this.mountPoint, environment);
  }

  Path mountPoint() {
    return mountPoint;
  }

  /** The answer; empty: no process answers for this mount point. */
  Optional<JsonObject> ask(String request) {
    return ask(run, request);
  }

  /** The answer of the mount whose folder this is; empty: no process answers. */
  static Optional<JsonObject> ask(RunDirectory run, String request) {
    SocketChannel connection;
    try {
      connection = SocketChannel.open(UnixDomainSocketAddress.of(run.socket()));
    } catch (IOException nobody) {
      return Optional.empty();
    }
    try (connection;
        PrintWriter out = new PrintWriter(Channels.newWriter(connection, StandardCharsets.UTF_8));
        BufferedReader in =
            new BufferedReader(Channels.newReader(connection, StandardCharsets.UTF_8))) {
      out.println(request);
      out.flush();
      String line = in.readLine();
      return line == null
          ? Optional.empty()
          : Optional.of(JsonParser.parseString(line).getAsJsonObject());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (JsonParseException e) {
      throw new IllegalStateException(
          "the process behind " + run.socket() + " answers what is no JSON", e);
    }
  }

  /**
   * @throws VolumeMissing if nothing of ours is mounted there
   */
  JsonObject require(String request) {
    return ask(request)
        .orElseThrow(() ->
            new VolumeMissing(
                "no s3shard process serves "
                    + mountPoint
                    + ": 'findmnt -t fuse.s3shard' lists the mounts"));
  }
}
