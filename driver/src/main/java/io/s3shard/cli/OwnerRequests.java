package io.s3shard.cli;

import com.google.gson.JsonObject;
import io.s3shard.error.S3ShardException;
import io.s3shard.execution.Execution;
import io.s3shard.format.VolumeId;
import io.s3shard.image.VolumeImage;
import io.s3shard.log.LogRecord;
import io.s3shard.volume.PinRequest;
import io.s3shard.volume.Snapshots;
import io.s3shard.volume.VolumeDirectory;
import io.s3shard.volume.VolumeLimits;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * What a mount does for others on its host as the owner of the volumes that are open here: one
 * request, where anybody else would have to win a slot of the log against it.
 */
final class OwnerRequests {
  static final String PIN = "pin";
  static final String HOLD = "hold";
  static final String GROW = "grow";

  /**
   * In an answer: the volume is open here, and this is what became of the request. A mount that
   * says nothing of it does not have the volume, or does not know the request.
   */
  static final String HERE = "here";

  private final String storeTag;
  private final VolumeDirectory directory;
  private final OpenVolumes open;
  private final Execution execution;

  OwnerRequests(String storeTag, VolumeDirectory directory, OpenVolumes open, Execution execution) {
    this.storeTag = storeTag;
    this.directory = directory;
    this.open = open;
    this.execution = execution;
  }

  /** Pins a volume with all that was written to it before, if it is of this store and open here. */
  JsonObject pin(JsonObject arguments) {
    return ifHere(arguments, (id, image) -> pin(id, image, arguments));
  }

  /**
   * Commits what was written to a volume before, and holds it for a group snapshot, if it is of
   * this store and open here.
   */
  JsonObject hold(JsonObject arguments) {
    String group = arguments.get("group").getAsString();
    return ifHere(
        arguments,
        (_, image) -> {
          image.append(_ -> new LogRecord.Hold(group));
          return new JsonObject();
        });
  }

  /**
   * Makes a volume larger, if it is of this store and open here; the size is in the log when this
   * returns.
   */
  JsonObject grow(JsonObject arguments) {
    return ifHere(
        arguments,
        (id, image) -> {
          String name = arguments.get("volume").getAsString();
          long sizeBytes = arguments.get("sizeBytes").getAsLong();
          VolumeLimits.checkGrowth(name, image.sizeBytes(), sizeBytes);
          image.grow(sizeBytes);
          image.flush();
          return new JsonObject();
        });
  }

  private JsonObject ifHere(
      JsonObject arguments, BiFunction<VolumeId, VolumeImage, JsonObject> deed) {
    if (!arguments.get("store").getAsString().equals(storeTag)) {
      return new JsonObject();
    }
    var id = directory.openHere(arguments.get("volume").getAsString());
    var image = id.flatMap(open::find);
    if (id.isEmpty() || image.isEmpty()) {
      return new JsonObject();
    }
    return here(() -> deed.apply(id.get(), image.get()));
  }

  private JsonObject pin(VolumeId id, VolumeImage image, JsonObject arguments) {
    PinRequest request = PinMessages.request(arguments, execution.now());
    return PinMessages.pinned(Snapshots.at(id, image.append(request::record)));
  }

  private static JsonObject here(Supplier<JsonObject> deed) {
    JsonObject answer;
    try {
      answer = deed.get();
    } catch (S3ShardException e) {
      answer = ControlServer.failure(ExitCode.of(e), Failures.message(e));
    }
    answer.addProperty(HERE, true);
    return answer;
  }
}
