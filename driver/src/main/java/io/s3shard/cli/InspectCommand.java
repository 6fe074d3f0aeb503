package io.s3shard.cli;

import io.s3shard.error.InvalidRequest;
import io.s3shard.error.VolumeMissing;
import io.s3shard.format.Layout;
import io.s3shard.store.ListedObject;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.volume.Prefix;
import io.s3shard.volume.Volumes;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code inspect}: one object as JSON, verified. */
@Command(
    name = "inspect",
    description = {
      "Print an object as JSON.",
      "All its checksums are verified. With --volume: a record of that volume's log."
    },
    footer = {
      "",
      "Examples:",
      "  s3shard inspect s3://bucket/prefix names/fs.img",
      "  s3shard inspect s3://bucket/prefix --volume fs.img --slot 12",
      "  s3shard inspect s3://bucket/prefix --volume fs.img              (the newest record)"
    })
final class InspectCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private Target target = new Target();
  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "KEY",
      description = "The object's key below the prefix.")
  private @Nullable String key;

  @Option(names = "--volume", paramLabel = "NAME", description = "A record of this volume's log.")
  private @Nullable String volume;

  @Option(names = "--slot", description = "Which record; the newest if not given.")
  private @Nullable Long slot;

  InspectCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    ObjectStore store = target.connect(surroundings);
    new Prefix(store, target.location().toString()).require();
    ObjectKey wanted = key(store);
    var object = store.get(wanted, Purpose.MAP);
    output.printJsonUnlessAsked(
        InspectedObject.document(wanted, object.body()), surroundings.out());
    return ExitCode.OK.number();
  }

  private ObjectKey key(ObjectStore store) {
    if ((key == null) == (volume == null)) {
      throw new InvalidRequest(
          "say what to inspect: the key of an object, or --volume NAME with or without --slot N");
    }
    if (key != null) {
      if (key.isEmpty() || key.startsWith("/")) {
        throw new InvalidRequest(
            "\"" + key + "\" is no key: write it as below the prefix, such as names/fs.img");
      }
      return new ObjectKey(key);
    }
    var id =
        new Volumes(store, surroundings.execution(), target.location().toString()).get(volume).id();
    if (slot != null) {
      if (slot < 1) {
        throw new InvalidRequest("slot " + slot + " is none: the first is 1");
      }
      return Layout.log(id, slot);
    }
    List<ListedObject> newest = store.list(Layout.logFolder(id), null, 1, Purpose.MAP);
    if (newest.isEmpty()) {
      throw new VolumeMissing("the log of \"" + volume + "\" is empty");
    }
    return newest.getFirst().key();
  }
}
