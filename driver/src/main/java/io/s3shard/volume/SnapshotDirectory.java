package io.s3shard.volume;

import io.s3shard.error.VolumeMissing;
import io.s3shard.execution.Execution;
import io.s3shard.image.Image;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The snapshots of the volumes of a prefix as folders. What the bucket said of a volume's snapshots
 * is kept for a second, as the kernel asks for each path several times.
 */
final class SnapshotDirectory implements SnapshotFolders {
  private static final Duration FRESH = Duration.ofSeconds(1);
  private static final int MAX_VOLUMES = 256;

  /** What may be done with a snapshot: nobody writes it. */
  private static final int READ_ONLY = 0444;

  private final Volumes volumes;
  private final Snapshots snapshots;
  private final ImageSource source;
  private final Execution execution;
  private final Map<String, Found> found = new LinkedHashMap<>();

  SnapshotDirectory(Snapshots snapshots, ImageSource source, Execution execution) {
    this.volumes = snapshots.volumes();
    this.snapshots = snapshots;
    this.source = source;
    this.execution = execution;
  }

  /** Empty: there was no such volume. */
  private record Found(Optional<OfVolume> volume, long atNanos) {}

  private record OfVolume(Volume volume, Map<String, Snapshot> byName) {}

  @Override
  public List<String> images() {
    return volumes.list().stream()
        .filter(volume -> volume.state().pins().count() > 0)
        .map(Volume::name)
        .toList();
  }

  @Override
  public Optional<List<ImageEntry>> list(String image) {
    return look(image)
        .map(of ->
            of.byName().values().stream().map(snapshot -> entry(of.volume(), snapshot)).toList());
  }

  @Override
  public Optional<ImageEntry> find(String image, String snapshot) {
    return look(image)
        .flatMap(
            of -> Optional.ofNullable(of.byName().get(snapshot)).map(s -> entry(of.volume(), s)));
  }

  @Override
  public OpenImage open(String image, String snapshot) {
    Snapshot wanted =
        look(image)
            .flatMap(of -> Optional.ofNullable(of.byName().get(snapshot)))
            .orElseThrow(
                () -> new VolumeMissing("\"" + image + "\" has no snapshot \"" + snapshot + "\""));
    return new SnapshotUse(source.openSnapshot(wanted));
  }

  /** One open file's use of a snapshot. */
  private record SnapshotUse(Image image) implements OpenImage {
    @Override
    public void release() {
      image.close();
    }
  }

  private static ImageEntry entry(Volume volume, Snapshot snapshot) {
    ImageEntry present = PosixAttributes.entry(volume);
    return new ImageEntry(
        snapshot.name(),
        volume.id(),
        snapshot.sizeBytes(),
        present.mode() & READ_ONLY,
        present.uid(),
        present.gid(),
        snapshot.created(),
        new TreeMap<>());
  }

  private Optional<OfVolume> look(String image) {
    long now = execution.nanoTime();
    synchronized (this) {
      Found known = found.get(image);
      if (known != null && now - known.atNanos() < FRESH.toNanos()) {
        return known.volume();
      }
    }
    Optional<OfVolume> volume = find(image).map(this::load);
    long then = execution.nanoTime();
    synchronized (this) {
      found.remove(image);
      if (found.size() >= MAX_VOLUMES) {
        found.remove(found.keySet().iterator().next());
      }
      found.put(image, new Found(volume, then));
    }
    return volume;
  }

  /** By its id also one that was deleted. */
  private Optional<Volume> find(String image) {
    try {
      return Optional.of(volumes.known(image));
    } catch (VolumeMissing e) {
      return Optional.empty();
    }
  }

  private OfVolume load(Volume volume) {
    Map<String, Snapshot> byName = new LinkedHashMap<>();
    snapshots.of(volume).forEach(snapshot -> byName.put(snapshot.name(), snapshot));
    return new OfVolume(volume, byName);
  }
}
