package io.s3shard.cli;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.util.Map;
import java.util.Optional;

/** Asks the mounts of this host for one that has a volume open, to do something as its owner. */
final class LocalOwner {
  private static final Gson JSON = new Gson();

  private final Map<String, String> environment;
  private final String storeTag;

  LocalOwner(Map<String, String> environment, String storeTag) {
    this.environment = environment;
    this.storeTag = storeTag;
  }

  /**
   * The answer of the mount that has {@code volume} open for writing; empty: none has.
   *
   * @param request its name, with {@code arguments}
   */
  Optional<JsonObject> ask(String request, String volume, JsonObject arguments) {
    arguments.addProperty("store", storeTag);
    arguments.addProperty("volume", volume);
    String line = request + " " + JSON.toJson(arguments);
    for (RunDirectory mount : RunDirectory.all(environment)) {
      Optional<JsonObject> answer = ControlClient.ask(mount, line);
      if (answer.isPresent() && answer.get().remove(OwnerRequests.HERE) != null) {
        return answer;
      }
    }
    return Optional.empty();
  }
}
