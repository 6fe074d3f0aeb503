package io.s3shard.cli;

import com.google.gson.JsonObject;
import io.s3shard.error.InvalidRequest;
import io.s3shard.volume.Deletions;
import io.s3shard.volume.Restores;
import io.s3shard.volume.Snapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code restore}: a snapshot in the place of its volume. */
@Command(
    name = "restore",
    description = {
      "Put a volume back to one of its snapshots.",
      "It must not be open. The state before is kept as a volume of its own, with all snapshots. Cut off, it can be run again."
    },
    footer = {
      "",
      "Examples:",
      "  s3shard restore s3://bucket/prefix fs.img@monday",
      "  s3shard restore s3://bucket/prefix fs.img@monday --dry-run",
      "  s3shard restore s3://bucket/prefix fs.img@monday --keep-as fs.broken.img"
    })
final class RestoreCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private Target target = new Target();
  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(index = "1", paramLabel = "VOLUME@SNAPSHOT", description = "Which one.")
  private String source = "";

  @Option(
      names = "--keep-as",
      paramLabel = "NAME",
      description =
          "What to call the volume with the state before (default: VOLUME.before- and the time).")
  private @Nullable String keepAs;

  @Option(
      names = "--discard",
      description =
          "Delete the state before, after asking for the volume's name; its snapshots are not harmed.")
  private boolean discard;

  @Option(
      names = {"-n", "--dry-run"},
      description = "Say what would be done, and do nothing.")
  private boolean dryRun;

  @Mixin private Confirmation confirmation = new Confirmation();

  RestoreCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    SourceName from = SourceName.parse(source);
    if (from.snapshot().isEmpty()) {
      throw new InvalidRequest(
          "to which snapshot? write "
              + from.volume()
              + "@SNAPSHOT; 's3shard snapshot ls' lists them");
    }
    if (discard && keepAs != null) {
      throw new InvalidRequest("either --discard or --keep-as");
    }
    Snapshots snapshots = target.snapshots(surroundings);
    Restores restores = new Restores(snapshots);
    Optional<String> kept = Optional.ofNullable(keepAs);
    if (dryRun) {
      output.print(
          planned(from, restores.plan(from.volume(), from.snapshot().get(), kept)),
          surroundings.out());
      return ExitCode.OK.number();
    }
    if (discard) {
      confirmation.ask(
          surroundings,
          from.volume(),
          "This deletes the state that \"" + from.volume() + "\" has now, for ever.");
    }
    Restores.Restored restored = restores.restore(from.volume(), from.snapshot().get(), kept);
    if (discard) {
      restored
          .before()
          .ifPresent(before -> new Deletions(snapshots.volumes()).delete(before.name()));
    }
    output.print(document(restored), surroundings.out());
    return ExitCode.OK.number();
  }

  private Document planned(SourceName from, Restores.Plan plan) {
    JsonObject json = new JsonObject();
    json.addProperty("name", from.volume());
    json.addProperty("discarded", discard);
    json.addProperty("dryRun", true);
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "would be restored",
            plan.snapshot().isPresent()
                ? from.volume()
                : from.volume() + ", by finishing a restore that was cut off"));
    plan.snapshot().ifPresent(snapshot -> rows.add(List.of("to", snapshot.path())));
    plan.keptAs()
        .ifPresent(kept -> {
          json.addProperty("before", kept);
          rows.add(List.of("before", discard ? "would be deleted" : kept));
        });
    return Document.object("Restored", json, rows, List.of(from.volume()));
  }

  private Document document(Restores.Restored restored) {
    JsonObject json = new JsonObject();
    json.addProperty("name", restored.volume().name());
    json.addProperty("id", restored.volume().id().value());
    json.addProperty("discarded", discard);
    json.addProperty("dryRun", false);
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("restored", restored.volume().name()));
    restored
        .before()
        .ifPresent(before -> {
          json.addProperty("beforeId", before.id().value());
          json.addProperty("before", before.name());
          rows.add(List.of("before", discard ? "deleted (" + before.id() + ")" : before.name()));
        });
    return Document.object("Restored", json, rows, List.of(restored.volume().name()));
  }
}
