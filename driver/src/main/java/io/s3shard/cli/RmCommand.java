package io.s3shard.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.image.Swept;
import io.s3shard.volume.Deletions;
import io.s3shard.volume.Dependents;
import io.s3shard.volume.Volume;
import io.s3shard.volume.Volumes;
import java.util.ArrayList;
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
      "Refused while it is open. Its snapshots and clones are not harmed: what they need is kept until the last of them is"
          + " gone. Cut off, it can be run again."
    })
final class RmCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private VolumeTarget target = new VolumeTarget();
  @Mixin private OutputOptions output = new OutputOptions();

  @Mixin private Confirmation confirmation = new Confirmation();

  @Option(
      names = {"-n", "--dry-run"},
      description = "Say what would be deleted, and delete nothing.")
  private boolean dryRun;

  @Option(
      names = "--strict",
      description = "Refuse, naming them, if the volume has snapshots or clones.")
  private boolean strict;

  RmCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Volumes volumes = target.volumes(surroundings);
    Deletions deletions = new Deletions(volumes);
    Optional<Volume> begun =
        volumes.find(target.name()).isPresent()
            ? Optional.empty()
            : deletions.findRetired(target.name());
    Volume volume = begun.isPresent() ? begun.get() : volumes.get(target.name());
    deletions.refuseOpen(volume);
    if (strict) {
      deletions.refuseNeeded(volume);
    }
    List<String> neededBy = new Dependents(volumes).of(volume);
    if (dryRun) {
      print(volume, wouldBeDeleted(volume, neededBy), neededBy, false);
      return ExitCode.OK.number();
    }
    confirmation.ask(
        surroundings,
        target.name(),
        "This deletes \"" + target.name() + "\" and all its data for ever.");
    try {
      if (begun.isEmpty()) {
        deletions.retire(target.name());
      }
      print(volume, deletions.reap(volume.id()), neededBy, true);
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

  private Swept wouldBeDeleted(Volume volume, List<String> neededBy) {
    if (!neededBy.isEmpty()) {
      return Swept.NOTHING;
    }
    Usage usage = Usage.of(target.connect(surroundings), volume.id());
    return new Swept(
        usage.data().objects() + usage.map().objects(),
        usage.data().bytes() + usage.map().bytes(),
        0);
  }

  private void print(Volume volume, Swept reaped, List<String> neededBy, boolean done) {
    JsonObject json = new JsonObject();
    json.addProperty("name", volume.name());
    json.addProperty("id", volume.id().value());
    json.addProperty("deleted", done);
    json.addProperty("objects", reaped.objects());
    json.addProperty("bytes", reaped.bytes());
    JsonArray needed = new JsonArray();
    neededBy.forEach(needed::add);
    json.add("neededBy", needed);
    List<List<String>> rows = new ArrayList<>();
    String text = reaped.objects() + " objects, " + Sizes.format(reaped.bytes());
    rows.add(List.of(volume.name(), (done ? "deleted: " : "would be deleted: ") + text));
    neededBy.forEach(by -> rows.add(List.of("", "keeps its data: " + by)));
    output.print(
        Document.object("Removed", json, rows, List.of(volume.name())), surroundings.out());
  }
}
