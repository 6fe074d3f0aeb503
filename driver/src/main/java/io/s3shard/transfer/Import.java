package io.s3shard.transfer;

import io.s3shard.error.S3ShardException;
import io.s3shard.error.VolumeExists;
import io.s3shard.format.Layout;
import io.s3shard.image.Image;
import io.s3shard.image.ImageOpener;
import io.s3shard.volume.Deletions;
import io.s3shard.volume.NewVolume;
import io.s3shard.volume.Volume;
import io.s3shard.volume.VolumeLimits;
import io.s3shard.volume.Volumes;
import java.util.HexFormat;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * Makes a volume of a file. It gets its name when it is whole: until then it is called {@code
 * import-} and a random number.
 */
public final class Import {
  private static final String UNDER_WAY = "import-";

  /** The volume that was made. {@code dataBytes}: what is no zeros. */
  public record Imported(Volume volume, long dataBytes) {}

  private final Volumes volumes;
  private final ImageOpener opener;

  public Import(Volumes volumes, ImageOpener opener) {
    this.volumes = volumes;
    this.opener = opener;
  }

  /**
   * @throws VolumeExists if a volume has the name, now or when all is read; nothing is left then
   */
  public Imported run(String name, int chunkSizeBytes, Inlet inlet, LongConsumer progress) {
    Layout.name(name);
    inlet.sizeBytes().ifPresent(VolumeLimits::checkSize);
    if (volumes.find(name).isPresent()) {
      throw new VolumeExists(
          "a volume \"" + name + "\" exists: choose another name, or remove it with 's3shard rm'");
    }
    String random = HexFormat.of().formatHex(volumes.randomBytes(8));
    Volume made =
        volumes.create(new NewVolume(UNDER_WAY + random, 0, chunkSizeBytes, new TreeMap<>()));
    try {
      long dataBytes;
      try (Image image = opener.openForWriting(made.id(), false)) {
        dataBytes = new Importing(inlet, image).run(progress);
      }
      return new Imported(volumes.rename(made.name(), name), dataBytes);
    } catch (S3ShardException e) {
      remove(made, e);
      throw e;
    }
  }

  private void remove(Volume made, S3ShardException because) {
    try {
      new Deletions(volumes).delete(made.name());
    } catch (S3ShardException left) {
      because.addSuppressed(left);
    }
  }
}
