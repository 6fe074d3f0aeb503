package io.s3shard.cli;

import com.google.gson.JsonObject;
import io.s3shard.image.Swept;
import io.s3shard.volume.GarbageCollection;
import io.s3shard.volume.GarbageCollection.Collected;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gc}: gives back what nobody needs. */
@Command(
    name = "gc",
    description = {
      "Delete what no volume, snapshot or clone needs any more.",
      "Safe at any time, beside mounts and beside itself. A mount cleans up behind itself; this is for what crashes and"
          + " deletions that were cut off have left. Cut off, it can be run again."
    },
    footer = {
      "",
      "Example:",
      "  s3shard gc s3://bucket/prefix --dry-run",
      "  s3shard gc s3://bucket/prefix"
    })
final class GcCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private Target target = new Target();
  @Mixin private OutputOptions output = new OutputOptions();

  @Option(
      names = {"-n", "--dry-run"},
      description =
          "Say what would be deleted, and delete nothing. What that would free in turn is not counted.")
  private boolean dryRun;

  GcCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    List<Collected> all =
        new GarbageCollection(target.volumes(surroundings), dryRun).run(this::warn);
    output.print(document(all), surroundings.out());
    boolean well = all.stream().allMatch(collected -> collected.problem().isEmpty());
    return well ? ExitCode.OK.number() : ExitCode.PARTLY.number();
  }

  private void warn(Collected collected) {
    if (!collected.problem().isEmpty()) {
      surroundings.err().println("s3shard: \"" + collected.name() + "\": " + collected.problem());
    }
    if (collected.swept().refused() > 0) {
      surroundings
          .err()
          .println(
              "s3shard: \""
                  + collected.name()
                  + "\": the bucket keeps at least "
                  + collected.swept().refused()
                  + " objects that could go: Object Lock, or a policy that forbids s3:DeleteObject");
    }
  }

  private Document document(List<Collected> all) {
    List<JsonObject> items = new ArrayList<>();
    List<List<String>> rows = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (Collected one : all) {
      if (!one.swept().equals(Swept.NOTHING) || one.pinsRemoved() > 0 || !one.problem().isEmpty()) {
        items.add(json(one));
        rows.add(
            List.of(
                one.retired() ? one.id() + " (deleted)" : one.name(),
                String.valueOf(one.swept().objects()),
                Sizes.format(one.swept().bytes()),
                String.valueOf(one.pinsRemoved())));
        names.add(one.id().value());
      }
    }
    return Document.list(
        "CollectedList",
        items,
        List.of("VOLUME", dryRun ? "WOULD DELETE" : "DELETED", "SIZE", "STALE PINS"),
        rows,
        names);
  }

  private JsonObject json(Collected one) {
    JsonObject json = new JsonObject();
    json.addProperty("id", one.id().value());
    json.addProperty("name", one.name());
    json.addProperty("deletedVolume", one.retired());
    json.addProperty("dryRun", dryRun);
    json.addProperty("objects", one.swept().objects());
    json.addProperty("bytes", one.swept().bytes());
    json.addProperty("refused", one.swept().refused());
    json.addProperty("pinsRemoved", one.pinsRemoved());
    json.addProperty("problem", one.problem());
    return json;
  }
}
