package io.s3shard.fuse;

import io.s3shard.error.InvalidRequest;
import io.s3shard.error.VolumeBusy;
import io.s3shard.error.VolumeExists;
import io.s3shard.error.VolumeMissing;
import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.image.Image;
import io.s3shard.volume.ImageAttributes;
import io.s3shard.volume.ImageDirectory;
import io.s3shard.volume.ImageEntry;
import io.s3shard.volume.OpenImage;
import io.s3shard.volume.SnapshotFolders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The door below the file system, without a bucket. */
final class MemoryDirectory implements ImageDirectory {
  final TreeMap<String, MemoryImage> images = new TreeMap<>();
  final TreeMap<String, ImageEntry> entries = new TreeMap<>();
  final AtomicInteger writers = new AtomicInteger();
  private final Path folder;
  private int made;

  MemoryDirectory(Path folder) {
    this.folder = folder;
  }

  @Override
  public synchronized List<ImageEntry> list() {
    return entries.keySet().stream().map(name -> find(name).orElseThrow()).toList();
  }

  @Override
  public synchronized Optional<ImageEntry> find(String name) {
    return Optional.ofNullable(entries.get(name)).map(e -> sized(e, image(name).sizeBytes()));
  }

  private static ImageEntry sized(ImageEntry e, long size) {
    return new ImageEntry(
        e.name(), e.id(), size, e.mode(), e.uid(), e.gid(), e.modified(), e.xattrs());
  }

  @Override
  public synchronized ImageEntry create(String name, int mode, int uid, int gid) {
    if (!Layout.nameOf(Layout.name(name)).equals(Optional.of(name))) {
      throw new InvalidRequest("name");
    }
    if (entries.containsKey(name)) {
      throw new VolumeExists(name);
    }
    try {
      images.put(name, new MemoryImage(folder.resolve("image-" + ++made)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    byte[] id = new byte[16];
    id[0] = (byte) made;
    entries.put(
        name,
        new ImageEntry(name, VolumeId.of(id), 0, mode, uid, gid, Instant.now(), new TreeMap<>()));
    return entries.get(name);
  }

  @Override
  public synchronized void rename(String from, String to) {
    if (entries.containsKey(to)) {
      throw new VolumeExists(to);
    }
    MemoryImage image = image(from);
    ImageEntry e = entries.remove(from);
    images.remove(from);
    images.put(to, image);
    entries.put(
        to, new ImageEntry(to, e.id(), 0, e.mode(), e.uid(), e.gid(), e.modified(), e.xattrs()));
  }

  @Override
  public synchronized void remove(String name) {
    image(name);
    if (writers.get() > 0) {
      throw new VolumeBusy(name + " is open here");
    }
    entries.remove(name);
    images.remove(name);
  }

  @Override
  public OpenImage openForWriting(String name) {
    MemoryImage image = image(name);
    writers.incrementAndGet();
    return use(image, writers::decrementAndGet);
  }

  @Override
  public OpenImage openForReading(String name) {
    return use(image(name), () -> {});
  }

  private static OpenImage use(Image image, Runnable end) {
    List<Runnable> once = new ArrayList<>(List.of(end));
    return new OpenImage() {
      @Override
      public Image image() {
        return image;
      }

      @Override
      public synchronized void release() {
        once.forEach(Runnable::run);
        once.clear();
      }
    };
  }

  synchronized MemoryImage image(String name) {
    MemoryImage image = images.get(name);
    if (image == null) {
      throw new VolumeMissing(name);
    }
    return image;
  }

  @Override
  public synchronized void setAttributes(String name, ImageAttributes a) {
    image(name);
    ImageEntry e = entries.get(name);
    entries.put(
        name,
        new ImageEntry(
            name,
            e.id(),
            0,
            a.mode().orElse(e.mode()),
            a.uid().orElse(e.uid()),
            a.gid().orElse(e.gid()),
            a.modified().orElse(e.modified()),
            a.xattrs().orElse(e.xattrs())));
  }

  /** Snapshots that a test has put there: by image, then by name. */
  final TreeMap<String, TreeMap<String, MemoryImage>> snapshots = new TreeMap<>();

  @Override
  public SnapshotFolders snapshots() {
    return new MemorySnapshots();
  }

  private final class MemorySnapshots implements SnapshotFolders {
    @Override
    public List<String> images() {
      return List.copyOf(snapshots.keySet());
    }

    @Override
    public Optional<List<ImageEntry>> list(String image) {
      return Optional.ofNullable(snapshots.get(image))
          .map(names -> names.keySet().stream().map(name -> entry(image, name)).toList());
    }

    @Override
    public Optional<ImageEntry> find(String image, String snapshot) {
      return list(image)
          .flatMap(all -> all.stream().filter(e -> e.name().equals(snapshot)).findFirst());
    }

    private ImageEntry entry(String image, String name) {
      return new ImageEntry(
          name,
          VolumeId.of(new byte[16]),
          snapshots.get(image).get(name).sizeBytes(),
          0440,
          7,
          8,
          Instant.EPOCH,
          new TreeMap<>());
    }

    @Override
    public OpenImage open(String image, String snapshot) {
      if (find(image, snapshot).isEmpty()) {
        throw new VolumeMissing(snapshot);
      }
      return use(snapshots.get(image).get(snapshot), () -> {});
    }
  }

  @Override
  public void close() {}
}
