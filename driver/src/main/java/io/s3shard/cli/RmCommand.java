package io.s3shard.cli;

import com.google.gson.JsonObject;
import io.s3shard.error.InvalidRequest;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.volume.Reaper;
import io.s3shard.volume.Volume;
import io.s3shard.volume.Volumes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code rm}: deletes a volume and its data. */
@Command(
    name = "rm",
    description = {
      "Delete a volume and all its data.",
      "Refused while it is open or has snapshots. Cut off, it can be run again."
    })
final class RmCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private VolumeTarget target = new VolumeTarget();
  @Mixin private OutputOptions output = new OutputOptions();

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask for the volume's name.")
  private boolean yes;

  @Option(
      names = {"-n", "--dry-run"},
      description = "Say what would be deleted, and delete nothing.")
  private boolean dryRun;

  RmCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Volumes volumes = target.volumes(surroundings);
    Optional<Volume> begun =
        volumes.find(target.name()).isPresent()
            ? Optional.empty()
            : volumes.findRetired(target.name());
    Volume volume = begun.isPresent() ? begun.get() : volumes.get(target.name());
    volumes.refuseInUse(volume);
    if (dryRun) {
      Usage usage = Usage.of(target.connect(surroundings), volume.id());
      print(
          volume,
          usage.data().objects() + usage.map().objects(),
          usage.data().bytes() + usage.map().bytes(),
          false);
      return ExitCode.OK.number();
    }
    confirm();
    Volume retired = begun.isPresent() ? volume : volumes.retire(target.name());
    try {
      Reaper.Reaped reaped = volumes.reap(retired);
      print(volume, reaped.objects(), reaped.bytes(), true);
      return ExitCode.OK.number();
    } catch (StoreUnavailable away) {
      surroundings
          .err()
          .println(
              "s3shard: \""
                  + target.name()
                  + "\" is deleted, but not all its room was given back: run the same command again ("
                  + away.getMessage()
                  + ")");
      return ExitCode.PARTLY.number();
    }
  }

  private void confirm() {
    if (yes) {
      return;
    }
    if (!surroundings.terminal()) {
      throw new InvalidRequest(
          "nobody is here to confirm the deletion of \"" + target.name() + "\": add --yes");
    }
    surroundings
        .err()
        .print(
            "This deletes \""
                + target.name()
                + "\" and all its data for ever. Type its name to go on: ");
    surroundings.err().flush();
    try {
      if (!target.name().equals(surroundings.in().readLine())) {
        throw new InvalidRequest("that is not the volume's name: nothing was deleted");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void print(Volume volume, long objects, long bytes, boolean done) {
    JsonObject json = new JsonObject();
    json.addProperty("name", volume.name());
    json.addProperty("id", volume.id().value());
    json.addProperty("deleted", done);
    json.addProperty("objects", objects);
    json.addProperty("bytes", bytes);
    String text =
        (done ? "deleted: " : "would be deleted: ") + objects + " objects, " + Sizes.format(bytes);
    output.print(
        Document.object(
            "Removed", json, List.of(List.of(volume.name(), text)), List.of(volume.name())),
        surroundings.out());
  }
}
