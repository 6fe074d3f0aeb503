package io.s3shard.cli;

import com.google.gson.JsonObject;
import io.s3shard.error.HostFailure;
import io.s3shard.error.InvalidRequest;
import io.s3shard.image.ImageOpener;
import io.s3shard.transfer.DeviceOutlet;
import io.s3shard.transfer.Export;
import io.s3shard.transfer.FileOutlet;
import io.s3shard.transfer.Outlet;
import io.s3shard.transfer.StreamOutlet;
import io.s3shard.volume.Snapshot;
import io.s3shard.volume.Snapshots;
import io.s3shard.volume.Volume;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code export}: an image as a file that needs no s3shard. */
@Command(
    name = "export",
    description = {
      "Write a volume, or a snapshot of it, to a file or a block device.",
      "All of it is of one moment: what a snapshot would hold, also if the volume is written to meanwhile. Zeros are holes"
          + " in the file, and are discarded on the device; with - it is written to stdout, zeros too."
    },
    footer = {
      "",
      "Examples:",
      "  s3shard export s3://bucket/prefix fs.img fs.img",
      "  s3shard export s3://bucket/prefix fs.img@monday /dev/vdb --overwrite",
      "  s3shard export s3://bucket/prefix fs.img - | zstd > fs.img.zst"
    })
final class ExportCommand implements Callable<Integer> {
  static final String STREAM = "-";

  private final Surroundings surroundings;

  @Mixin private Target target = new Target();
  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(index = "1", paramLabel = "SOURCE", description = "VOLUME, or VOLUME@SNAPSHOT.")
  private String source = "";

  @Parameters(
      index = "2",
      paramLabel = "FILE",
      description = "A new file, a block device, or - for stdout.")
  private String file = "";

  @Option(
      names = "--overwrite",
      description = "Replace a file that is there; needed for a block device, too.")
  private boolean overwrite;

  ExportCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    SourceName from = SourceName.parse(source);
    Snapshots snapshots = target.snapshots(surroundings);
    Volume volume =
        from.snapshot().isPresent()
            ? snapshots.volumes().known(from.volume())
            : snapshots.volumes().get(from.volume());
    Optional<Snapshot> snapshot = from.snapshot().map(name -> snapshots.get(volume, name));
    long expected = snapshot.map(Snapshot::sizeBytes).orElse(volume.state().sizeBytes());
    Export export = new Export(snapshots, opener());
    Export.Exported exported;
    try (Outlet outlet = outlet();
        ByteProgress progress = ByteProgress.of(source, expected, surroundings.terminal())) {
      exported =
          snapshot.isPresent()
              ? export.run(snapshot.get(), outlet, progress::at)
              : export.run(volume, outlet, progress::at);
    } catch (IOException e) {
      throw new HostFailure(file + " can't be written: " + e.getMessage(), e);
    }
    if (!file.equals(STREAM)) {
      output.print(document(exported), surroundings.out());
    }
    return ExitCode.OK.number();
  }

  private ImageOpener opener() {
    return TransferParts.opener(
        "export",
        target.connect(surroundings),
        surroundings.execution(),
        surroundings.stores().storeTag(target.location(), target.options()),
        null);
  }

  private Outlet outlet() throws IOException {
    if (file.equals(STREAM)) {
      return new StreamOutlet(new FileOutputStream(FileDescriptor.out));
    }
    Path path = Path.of(file).toAbsolutePath();
    if (!isDevice(path)) {
      return FileOutlet.create(path, overwrite);
    }
    if (!overwrite) {
      throw new InvalidRequest(file + " is a block device: to lose what is on it, add --overwrite");
    }
    return DeviceOutlet.open(path);
  }

  private static boolean isDevice(Path path) {
    return Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path);
  }

  private Document document(Export.Exported exported) {
    JsonObject json = new JsonObject();
    json.addProperty("source", source);
    json.addProperty("file", file);
    json.addProperty("sizeBytes", exported.sizeBytes());
    json.addProperty("dataBytes", exported.dataBytes());
    return Document.object(
        "Exported",
        json,
        List.of(
            List.of("exported", source),
            List.of("to", file),
            List.of("size", Sizes.format(exported.sizeBytes())),
            List.of("data", Sizes.format(exported.dataBytes()))),
        List.of(file));
  }
}
