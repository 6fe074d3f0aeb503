package io.s3shard.cli;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.s3shard.volume.PinRequest;
import io.s3shard.volume.Snapshot;
import io.s3shard.volume.Snapshots;
import java.util.Map;
import java.util.Optional;

/** Asks the mounts of this host for one that has a volume open, to do something as its owner. */
final class LocalOwner implements Snapshots.OwnersAtHand {
  private static final Gson JSON = new Gson();

  private final Map<String, String> environment;
  private final String storeTag;

  LocalOwner(Map<String, String> environment, String storeTag) {
    this.environment = environment;
    this.storeTag = storeTag;
  }

  @Override
  public Optional<Snapshot> pin(String volume, PinRequest request) {
    return ask(OwnerRequests.PIN, PinMessages.request(storeTag, volume, request))
        .map(PinMessages::pinned);
  }

  /**
   * Makes the volume that is called {@code volume} larger; false: no mount of this host has it
   * open.
   */
  boolean grow(String volume, long sizeBytes) {
    JsonObject request = about(volume);
    request.addProperty("sizeBytes", sizeBytes);
    return ask(OwnerRequests.GROW, request).isPresent();
  }

  @Override
  public boolean hold(String volume, String group) {
    JsonObject request = about(volume);
    request.addProperty("group", group);
    return ask(OwnerRequests.HOLD, request).isPresent();
  }

  private JsonObject about(String volume) {
    JsonObject request = new JsonObject();
    request.addProperty("store", storeTag);
    request.addProperty("volume", volume);
    return request;
  }

  /** The answer of the one that has the volume open; its failure is thrown here. */
  private Optional<JsonObject> ask(String request, JsonObject arguments) {
    String line = request + " " + JSON.toJson(arguments);
    for (RunDirectory mount : RunDirectory.all(environment)) {
      Optional<JsonObject> answer = ControlClient.ask(mount, line);
      if (answer.filter(json -> json.has(OwnerRequests.HERE)).isPresent()) {
        return answer.map(LocalOwner::succeeded);
      }
    }
    return Optional.empty();
  }

  private static JsonObject succeeded(JsonObject answer) {
    int exit = answer.get("exit").getAsInt();
    if (exit != ExitCode.OK.number()) {
      throw ExitCode.failure(exit, answer.get("message").getAsString());
    }
    return answer;
  }
}
