package io.s3shard.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.s3shard.error.Damaged;
import io.s3shard.image.VolumeCheck;
import io.s3shard.store.ObjectStore;
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
      "Read and verify everything that volumes consist of.",
      "Changes nothing, and may run while they are used. Exit code 7: damage was found; each line names bytes of an image that"
          + " can't be read."
    },
    footer = {
      "",
      "Example:",
      "  s3shard check s3://bucket/prefix",
      "  s3shard check --fast s3://bucket/prefix fs.img"
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

  @Mixin private OutputOptions output = new OutputOptions();

  CheckCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** One volume, and what was found; a problem instead if not even its map can be read. */
  private record Checked(Volume volume, VolumeCheck.Report report) {
    JsonObject json() {
      JsonObject json = new JsonObject();
      json.addProperty("name", volume.name());
      json.addProperty("id", volume.id().value());
      json.addProperty("sizeBytes", report.sizeBytes());
      json.addProperty("objects", report.objects());
      json.addProperty("verifiedBytes", report.verifiedBytes());
      JsonArray lost = new JsonArray();
      for (VolumeCheck.Lost range : report.lost()) {
        JsonObject one = new JsonObject();
        one.addProperty("offset", range.offset());
        one.addProperty("length", range.length());
        one.addProperty("problem", range.problem());
        lost.add(one);
      }
      json.add("lost", lost);
      return json;
    }

    List<List<String>> rows() {
      String good =
          Sizes.format(report.verifiedBytes()) + " in " + report.objects() + " objects are good";
      if (report.lost().isEmpty()) {
        return List.of(List.of(volume.name(), "ok", good));
      }
      List<List<String>> rows = new ArrayList<>();
      rows.add(List.of(volume.name(), "DAMAGED", good));
      for (VolumeCheck.Lost range : report.lost()) {
        rows.add(
            List.of(
                volume.name(),
                "lost",
                "bytes "
                    + range.offset()
                    + " to "
                    + (range.offset() + range.length() - 1)
                    + ": "
                    + range.problem()));
      }
      return rows;
    }

    boolean isDamaged() {
      return !report.lost().isEmpty();
    }
  }

  @Override
  public Integer call() {
    ObjectStore store = target.connect(surroundings);
    Volumes volumes = target.volumes(surroundings);
    List<Volume> wanted = name == null ? volumes.list() : List.of(volumes.get(name));
    List<Checked> checked = wanted.stream().map(volume -> check(volume, store)).toList();
    output.print(
        Document.list(
            "Check",
            checked.stream().map(Checked::json).toList(),
            List.of("VOLUME", "RESULT", "WHAT"),
            checked.stream().flatMap(one -> one.rows().stream()).toList(),
            checked.stream().filter(Checked::isDamaged).map(c -> c.volume().name()).toList()),
        surroundings.out());
    boolean damaged = checked.stream().anyMatch(Checked::isDamaged);
    return (damaged ? ExitCode.DAMAGED : ExitCode.OK).number();
  }

  private Checked check(Volume volume, ObjectStore store) {
    try {
      VolumeCheck check = new VolumeCheck(volume.id(), store, surroundings.execution(), fast);
      try (ByteProgress progress =
          ByteProgress.of(volume.name(), check.sizeBytes(), surroundings.terminal())) {
        return new Checked(volume, check.run(progress::at));
      }
    } catch (Damaged e) {
      VolumeCheck.Lost all =
          new VolumeCheck.Lost(0, volume.state().sizeBytes(), Failures.message(e));
      return new Checked(
          volume, new VolumeCheck.Report(volume.state().sizeBytes(), 0, 0, List.of(all)));
    }
  }
}
