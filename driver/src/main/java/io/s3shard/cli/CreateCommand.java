package io.s3shard.cli;

import io.s3shard.error.InvalidRequest;
import io.s3shard.store.ObjectStore;
import io.s3shard.volume.NewVolume;
import io.s3shard.volume.VolumeLimits;
import io.s3shard.volume.Volumes;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code create}: a new, empty volume. */
@Command(
    name = "create",
    description = {
      "Make a volume.",
      "It is an image file of zeros, and takes no room until it is written."
    },
    footer = {"", "Example:", "  s3shard create s3://bucket/prefix fs.img --size 10GiB"})
final class CreateCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private VolumeTarget target = new VolumeTarget();
  @Mixin private OutputOptions output = new OutputOptions();

  @Option(
      names = "--size",
      required = true,
      converter = Sizes.Converter.class,
      description =
          "The image's size, such as 10GiB; at most 64TiB. It can grow later, never shrink.")
  private long size;

  @Option(
      names = "--chunk-size",
      converter = Sizes.Converter.class,
      description =
          "How much of the image an object holds: a power of two from 256KiB to 64MiB (default: 4MiB). Fixed for ever.")
  private long chunkSize = VolumeLimits.CHUNK_DEFAULT_BYTES;

  CreateCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    if (size == 0) {
      throw new InvalidRequest(
          "a volume of size 0 can hold nothing: give the size that it shall have, such as --size 10GiB");
    }
    VolumeLimits.checkChunkSize(chunkSize);
    NewVolume wanted = new NewVolume(target.name(), size, (int) chunkSize, new TreeMap<>());
    String location = target.location().toString();
    new PrefixEntry(surroundings.stores(), target.location(), target.options()).toCreate();
    ObjectStore store = target.connect(surroundings);
    output.print(
        VolumeDocuments.one(new Volumes(store, surroundings.execution(), location).create(wanted)),
        surroundings.out());
    return ExitCode.OK.number();
  }
}
