package io.s3shard.cli;

import com.google.gson.JsonObject;
import io.s3shard.error.HostFailure;
import io.s3shard.image.ImageOpener;
import io.s3shard.store.ObjectStore;
import io.s3shard.transfer.FileInlet;
import io.s3shard.transfer.Import;
import io.s3shard.transfer.Inlet;
import io.s3shard.transfer.StreamInlet;
import io.s3shard.volume.VolumeLimits;
import io.s3shard.volume.Volumes;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code import}: a volume from a file. */
@Command(
    name = "import",
    description = {
      "Make a volume of a file or a block device.",
      "Holes and zeros take no room. The volume has its name when all is in the bucket; an existing one is never replaced."
    },
    footer = {
      "",
      "Examples:",
      "  s3shard import s3://bucket/prefix disk.raw fs.img",
      "  zstd -dc fs.img.zst | s3shard import s3://bucket/prefix - fs.img"
    })
final class ImportCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private Target target = new Target();
  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(
      index = "1",
      paramLabel = "FILE",
      description = "A file, a block device, or - for stdin.")
  private String file = "";

  @Parameters(index = "2", paramLabel = "NAME", description = "What to call the volume.")
  private String name = "";

  @Option(
      names = "--chunk-size",
      converter = Sizes.Converter.class,
      description =
          "How much of the image an object holds: a power of two from 256KiB to 64MiB (default: 4MiB). Fixed for ever.")
  private long chunkSize = VolumeLimits.CHUNK_DEFAULT_BYTES;

  @Option(
      names = "--arena-dir",
      paramLabel = "DIR",
      converter = Paths.Converter.class,
      description =
          "Where up to 64MiB wait that are not in the bucket yet (default: where a mount has them).")
  private @Nullable Path arenaDir;

  ImportCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    VolumeLimits.checkChunkSize(chunkSize);
    Import.Imported imported;
    try (Inlet inlet = inlet();
        ByteProgress progress =
            ByteProgress.of(name, inlet.sizeBytes().orElse(-1), surroundings.terminal())) {
      imported = work().run(name, (int) chunkSize, inlet, progress::at);
    } catch (IOException e) {
      throw new HostFailure(file + " can't be read: " + e.getMessage(), e);
    }
    output.print(document(imported), surroundings.out());
    return ExitCode.OK.number();
  }

  private Inlet inlet() throws IOException {
    return file.equals(ExportCommand.STREAM)
        ? new StreamInlet(new FileInputStream(FileDescriptor.in))
        : FileInlet.open(Path.of(file).toAbsolutePath());
  }

  private Import work() {
    new PrefixEntry(surroundings.stores(), target.location(), target.options()).toCreate();
    ObjectStore store = target.connect(surroundings);
    ImageOpener opener =
        TransferParts.opener(
            "import",
            store,
            surroundings.execution(),
            surroundings.stores().storeTag(target.location(), target.options()),
            arenaDir);
    return new Import(
        new Volumes(store, surroundings.execution(), target.location().toString()), opener);
  }

  private Document document(Import.Imported imported) {
    JsonObject json = new JsonObject();
    json.addProperty("name", name);
    json.addProperty("id", imported.volume().id().value());
    json.addProperty("file", file);
    json.addProperty("sizeBytes", imported.volume().state().sizeBytes());
    json.addProperty("dataBytes", imported.dataBytes());
    return Document.object(
        "Imported",
        json,
        List.of(
            List.of("imported", name),
            List.of("from", file),
            List.of("size", Sizes.format(imported.volume().state().sizeBytes())),
            List.of("data", Sizes.format(imported.dataBytes()))),
        List.of(name));
  }
}
