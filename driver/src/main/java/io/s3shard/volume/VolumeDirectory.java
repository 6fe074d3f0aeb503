package io.s3shard.volume;

import io.s3shard.error.S3ShardException;
import io.s3shard.error.VolumeExists;
import io.s3shard.execution.Execution;
import io.s3shard.format.VolumeId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The volumes of a prefix as a directory of images: what a mount shows. */
public final class VolumeDirectory implements ImageDirectory {
  private static final Logger LOG = LoggerFactory.getLogger(VolumeDirectory.class);

  private final Volumes volumes;
  private final Execution execution;
  private final int chunkSizeBytes;
  private final EntryCache cache;
  private final HeldImages open;
  private final Deletions deletions;
  private final BackgroundReaper reaper;
  private final SnapshotFolders snapshots;

  /** {@code chunkSizeBytes}: of images that are made here. */
  public VolumeDirectory(
      Snapshots snapshots, ImageSource source, Execution execution, int chunkSizeBytes) {
    VolumeLimits.checkChunkSize(chunkSizeBytes);
    this.volumes = snapshots.volumes();
    this.execution = execution;
    this.chunkSizeBytes = chunkSizeBytes;
    this.cache = new EntryCache(volumes, execution);
    this.open = new HeldImages(volumes, cache, source, execution);
    this.snapshots = new SnapshotDirectory(snapshots, source, execution);
    this.deletions = new Deletions(volumes);
    this.reaper = new BackgroundReaper(deletions, execution);
  }

  @Override
  public List<ImageEntry> list() {
    SortedMap<String, ImageEntry> entries = new TreeMap<>(cache.list());
    entries.putAll(open.entries());
    return List.copyOf(entries.values());
  }

  @Override
  public Optional<ImageEntry> find(String name) {
    return open.entry(name).or(() -> cache.find(name));
  }

  @Override
  public ImageEntry create(String name, int mode, int uid, int gid) {
    Instant now = execution.now();
    var attributes = PosixAttributes.encoded(PosixAttributes.of(mode, uid, gid, now));
    try {
      return PosixAttributes.entry(
          volumes.create(new NewVolume(name, 0, chunkSizeBytes, attributes)));
    } finally {
      cache.invalidate();
    }
  }

  @Override
  public void rename(String from, String to) {
    if (from.equals(to)) {
      return;
    }
    if (open.entry(to).isPresent()) {
      throw new VolumeExists("a volume \"" + to + "\" exists: choose another name");
    }
    open.withReserved(
        List.of(from, to),
        there -> {
          try {
            volumes.rename(from, to);
            if (there != null) {
              open.renamed(there, to);
            }
          } finally {
            cache.invalidate();
          }
        });
  }

  @Override
  public void remove(String name) {
    open.withReserved(
        List.of(name),
        there -> {
          if (there != null) {
            open.closeIdle(there);
          }
          try {
            reaper.add(deletions.retire(name));
          } finally {
            cache.invalidate();
          }
        });
  }

  @Override
  public OpenImage openForWriting(String name) {
    return open.openForWriting(name);
  }

  @Override
  public OpenImage openForReading(String name) {
    return open.openForReading(name);
  }

  @Override
  public void setAttributes(String name, ImageAttributes attributes) {
    PosixAttributes.encoded(attributes);
    if (open.change(name, attributes)) {
      return;
    }
    try {
      Volume volume = volumes.get(name);
      var changes = PosixAttributes.toSet(volume.state(), attributes);
      if (!changes.isEmpty()) {
        volumes.setAttributes(volume.id(), changes);
      }
    } finally {
      cache.invalidate();
    }
  }

  /**
   * Opens volumes that a dead process of this host had open, so that what it left is brought in
   * before anybody looks: until then even their sizes are old. They are closed again like others
   * that nobody uses. What can't be opened is left as it is.
   */
  public void bringIn(List<VolumeId> left) {
    for (VolumeId id : left) {
      try {
        volumes
            .find(id)
            .filter(volume -> !volume.state().retired())
            .ifPresent(volume -> openForWriting(volume.name()).release());
      } catch (S3ShardException e) {
        LOG.warn("volume {} is not brought in: {}", id, e.getMessage());
      }
    }
  }

  @Override
  public SnapshotFolders snapshots() {
    return snapshots;
  }

  /** The volume that is open for writing here under this name. */
  public Optional<VolumeId> openHere(String name) {
    return open.entry(name).map(ImageEntry::id);
  }

  /** Makes everything durable that was written before. */
  public void flush() {
    open.flushAll();
  }

  /** Flushes and closes everything that is open, and waits for the reaping of what was deleted. */
  @Override
  public void close() {
    open.closeAll();
    reaper.await();
  }
}
