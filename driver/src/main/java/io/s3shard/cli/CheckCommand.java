package io.s3shard.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.s3shard.error.InvalidRequest;
import io.s3shard.image.VolumeChecks;
import io.s3shard.volume.Repair;
import io.s3shard.volume.Snapshots;
import io.s3shard.volume.Volume;
import io.s3shard.volume.Volumes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code check}: reads and verifies everything that volumes consist of. */
@Command(
    name = "check",
    description = {
      "Read and verify everything that volumes and their snapshots consist of.",
      "Changes nothing unless --repair is given, and may run while they are used. Exit code 7: damage was found; each line"
          + " names bytes of an image that can't be read."
    },
    footer = {
      "",
      "Example:",
      "  s3shard check s3://bucket/prefix",
      "  s3shard check --fast s3://bucket/prefix fs.img",
      "  s3shard check --repair --dry-run s3://bucket/prefix"
    })
final class CheckCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private Target target = new Target();

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NAME",
      description = "The volume's name (default: all volumes of the prefix).")
  private @Nullable String name;

  @Option(
      names = "--fast",
      description =
          "Read no data: look only whether each object is there and long enough, by listings.")
  private boolean fast;

  @Option(
      names = "--repair",
      description =
          "Before that, mend what can be mended without data: lost names, half-made clones, stale pins, objects that nobody"
              + " needs. What can't be is said.")
  private boolean repair;

  @Option(
      names = {"-n", "--dry-run"},
      description = "With --repair: say what would be mended, and mend nothing.")
  private boolean dryRun;

  @Mixin private OutputOptions output = new OutputOptions();

  CheckCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    if (dryRun && !repair || repair && name != null) {
      throw new InvalidRequest(
          "--repair looks at the whole prefix: give no volume; --dry-run is for --repair");
    }
    Snapshots snapshots = new Snapshots(target.volumes(surroundings));
    List<Repair.Mend> mends = repair ? new Repair(snapshots.volumes(), dryRun).run() : List.of();
    CheckedStates states =
        new CheckedStates(
            new VolumeChecks(target.connect(surroundings), surroundings.execution(), fast),
            surroundings.terminal());
    volumes(snapshots.volumes(), states)
        .forEach(volume -> states.check(volume, snapshots.of(volume)));
    output.print(document(states.all(), mends), surroundings.out());
    boolean damaged =
        states.all().stream().anyMatch(CheckedState::isDamaged)
            || mends.stream().anyMatch(mend -> !mend.mended());
    return (damaged ? ExitCode.DAMAGED : ExitCode.OK).number();
  }

  private List<Volume> volumes(Volumes volumes, CheckedStates states) {
    if (name != null) {
      return List.of(volumes.known(name));
    }
    List<Volume> all = new ArrayList<>(volumes.list(states::unreadable));
    all.addAll(volumes.deletedAndNeeded());
    return all;
  }

  private Document document(List<CheckedState> states, List<Repair.Mend> mends) {
    List<List<String>> rows = new ArrayList<>();
    states.forEach(state -> rows.addAll(state.rows()));
    JsonArray repairs = new JsonArray();
    for (Repair.Mend mend : mends) {
      JsonObject json = new JsonObject();
      json.addProperty("volume", mend.volume());
      json.addProperty("id", mend.id().value());
      json.addProperty("what", mend.what());
      json.addProperty("mended", mend.mended());
      json.addProperty("dryRun", dryRun);
      repairs.add(json);
      rows.add(
          List.of(
              mend.volume(),
              !mend.mended() ? "CAN'T MEND" : dryRun ? "would mend" : "mended",
              mend.what()));
    }
    Document found =
        Document.list(
            "Check",
            states.stream().map(CheckedState::json).toList(),
            List.of("VOLUME", "RESULT", "WHAT"),
            rows,
            states.stream().filter(CheckedState::isDamaged).map(CheckedState::name).toList());
    if (repair) {
      found.json().add("repairs", repairs);
    }
    return found;
  }
}
