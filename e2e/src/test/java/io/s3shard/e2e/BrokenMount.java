package io.s3shard.e2e;

import io.s3shard.cache.FrameCache;
import io.s3shard.execution.Execution;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.fuse.DirectoryFileSystem;
import io.s3shard.fuse.FuseSession;
import io.s3shard.image.ArenaPool;
import io.s3shard.image.Host;
import io.s3shard.image.Image;
import io.s3shard.image.ImageOpener;
import io.s3shard.image.ImageOptions;
import io.s3shard.image.MappedArenas;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.StoreSettings;
import io.s3shard.store.StoreStack;
import io.s3shard.store.s3.S3Settings;
import io.s3shard.store.s3.S3Store;
import io.s3shard.testing.Mutation;
import io.s3shard.volume.ImageSource;
import io.s3shard.volume.Snapshot;
import io.s3shard.volume.Snapshots;
import io.s3shard.volume.Volume;
import io.s3shard.volume.VolumeDirectory;
import io.s3shard.volume.VolumeLimits;
import io.s3shard.volume.Volumes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A mount of the engine with one rule broken on purpose, or none: {@code MUTATION BUCKET PREFIX
 * MOUNTPOINT ARENAS}. It takes over what it finds, and serves until it is killed. Checkpoints come
 * after a few COMMITs, so that a short run has some.
 */
public final class BrokenMount {
  private static final ImageOptions OPTIONS =
      new ImageOptions(
          Duration.ofSeconds(5), 192 << 10, 8 << 20, 4, 64L << 20, 16, 4096, 24L << 20);

  private BrokenMount() {}

  public static void main(String[] arguments) throws Exception {
    Mutation mutation = Mutation.valueOf(arguments[0]);
    S3Store bucket = new S3Store(S3Settings.of(arguments[1], arguments[2]));
    Path mountPoint = Path.of(arguments[3]);
    Execution execution = new ThreadExecution();
    StoreStack stack = new StoreStack(bucket, StoreSettings.DEFAULTS, execution);
    ObjectStore store = mutation.store(bucket, stack.store());
    String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    ImageOpener opener =
        new ImageOpener(
            store,
            execution,
            mutation.arenas(new MappedArenas(Path.of(arguments[4]), "broken", boot)),
            new ArenaPool(64),
            new FrameCache(16 << 20),
            new Host("node", "machine", boot, "broken mount"),
            OPTIONS,
            stack.store()::gaveUp);
    Volumes volumes = new Volumes(store, execution, "s3://" + arguments[1] + "/" + arguments[2]);
    VolumeDirectory directory =
        new VolumeDirectory(
            new Snapshots(volumes),
            images(mutation, opener),
            execution,
            VolumeLimits.CHUNK_MIN_BYTES);
    FuseSession.mount("broken", mountPoint, false, new DirectoryFileSystem("broken", directory))
        .await();
  }

  private static ImageSource images(Mutation mutation, ImageOpener opener) {
    return new ImageSource() {
      @Override
      public Image openForWriting(Volume volume) {
        return mutation.image(opener.openForWriting(volume.id(), true));
      }

      @Override
      public Image openForReading(Volume volume) {
        return opener.openForReading(volume.id(), false);
      }

      @Override
      public Image openSnapshot(Snapshot snapshot) {
        return opener.openPinned(snapshot.volume(), snapshot.pin(), snapshot.path());
      }
    };
  }
}
