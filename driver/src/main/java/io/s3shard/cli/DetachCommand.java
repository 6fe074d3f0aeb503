package io.s3shard.cli;

import com.google.gson.JsonObject;
import io.s3shard.error.VolumeBusy;
import io.s3shard.log.Owner;
import io.s3shard.volume.Holders;
import io.s3shard.volume.Volume;
import io.s3shard.volume.Volumes;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code detach --force}: takes a volume away from whoever has it open. */
@Command(
    name = "detach",
    description = {
      "Take a volume away from whoever has it open.",
      "The holder may be dead or out of reach. It is fenced: it can commit nothing more, and what it had not synced is lost."
    })
final class DetachCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private VolumeTarget target = new VolumeTarget();
  @Mixin private OutputOptions output = new OutputOptions();

  @Option(names = "--force", description = "Yes: fence the holder, whether it lives or not.")
  private boolean force;

  DetachCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Volumes volumes = target.volumes(surroundings);
    if (!force) {
      refuse(volumes.get(target.name()));
    }
    Optional<Owner> fenced = volumes.detach(target.name(), "detach --force");
    output.print(document(fenced), surroundings.out());
    return ExitCode.OK.number();
  }

  private static void refuse(Volume volume) {
    volume
        .state()
        .owner()
        .ifPresent(owner -> {
          throw new VolumeBusy(
              "\""
                  + volume.name()
                  + "\" is open "
                  + Holders.describe(owner)
                  + ": unmount it there; if that can't be done, fence it with --force, which loses what it has not synced");
        });
  }

  private Document document(Optional<Owner> fenced) {
    JsonObject json = new JsonObject();
    json.addProperty("name", target.name());
    json.addProperty("detached", fenced.isPresent());
    fenced.ifPresent(owner -> json.add("holder", VolumeDocuments.json(owner)));
    String text =
        fenced
            .map(o ->
                "fenced: it was open "
                    + Holders.describe(o)
                    + ", epoch "
                    + o.epoch()
                    + "; what that had not synced is lost")
            .orElse("nothing to do: it is not open");
    return Document.object(
        "Detached", json, List.of(List.of(target.name(), text)), List.of(target.name()));
  }
}
