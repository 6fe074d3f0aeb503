package io.s3shard.fuse;

import io.s3shard.error.InvalidRequest;
import io.s3shard.error.VolumeMissing;
import io.s3shard.volume.ImageAttributes;
import io.s3shard.volume.ImageDirectory;
import io.s3shard.volume.ImageEntry;
import io.s3shard.volume.OpenImage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import jnr.ffi.Pointer;
import ru.serce.jnrfuse.ErrorCodes;
import ru.serce.jnrfuse.FuseFillDir;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.FuseFileInfo;
import ru.serce.jnrfuse.struct.Timespec;

/**
 * One directory whose files are the images of a prefix. Each callback delegates and maps the
 * failure; the rules are DESIGN §5, Files: an image grows and never shrinks, is opened for writing
 * by the first writable open, and flushes at each close.
 */
public final class DirectoryFileSystem extends ImageFiles {
  private static final int O_ACCMODE = 3;
  private static final long UTIME_NOW = (1L << 30) - 1;
  private static final long UTIME_OMIT = (1L << 30) - 2;
  private static final int XATTR_CREATE = 1;
  private static final int XATTR_REPLACE = 2;

  /** Bytes of all extended attributes of an image: they travel in every COMMIT. */
  private static final int XATTRS_MAX_BYTES = 1024;

  private final ImageDirectory images;
  private final String source;
  private final ConcurrentHashMap<Long, OpenFile> open = new ConcurrentHashMap<>();
  private final AtomicLong handles = new AtomicLong();

  /**
   * @param source what is shown, for log and mount table
   */
  public DirectoryFileSystem(String source, ImageDirectory images) {
    this.source = source;
    this.images = images;
  }

  // ---- names and attributes

  @Override
  public int getattr(String path, FileStat stat) {
    return answer(
        "getattr",
        path,
        () -> {
          switch (Place.of(path)) {
            case Place.Root _ -> showFolder(0755, stat);
            case Place.SnapshotsFolder _ -> showFolder(0555, stat);
            case Place.ImageFolder folder -> {
              snapshots(folder.image());
              showFolder(0555, stat);
            }
            case Place.SnapshotFile file ->
                show(
                    images
                        .snapshots()
                        .find(file.image(), file.name())
                        .orElseThrow(() -> missing(path)),
                    stat);
            case Place.ImageFile _ -> show(entry(path), stat);
            case Place.Nowhere _ -> throw missing(path);
          }
          return 0;
        });
  }

  private static void showFolder(int mode, FileStat stat) {
    stat.st_mode.set(FileStat.S_IFDIR | mode);
    stat.st_nlink.set(2);
  }

  private List<ImageEntry> snapshots(String image) {
    return images.snapshots().list(image).orElseThrow(() -> missing(image));
  }

  @Override
  public int readdir(
      String path, Pointer buffer, FuseFillDir filler, long offset, FuseFileInfo info) {
    return answer(
        "readdir",
        path,
        () -> {
          filler.apply(buffer, ".", null, 0);
          filler.apply(buffer, "..", null, 0);
          for (String entry : names(path)) {
            byte[] name = entry.getBytes(StandardCharsets.UTF_8);
            filler.apply(
                buffer,
                ByteBuffer.allocateDirect(name.length + 1).put(name).put((byte) 0).flip(),
                null,
                0);
          }
          return 0;
        });
  }

  private List<String> names(String path) {
    return switch (Place.of(path)) {
      case Place.Root _ -> images.list().stream().map(ImageEntry::name).toList();
      case Place.SnapshotsFolder _ -> images.snapshots().images();
      case Place.ImageFolder folder ->
          snapshots(folder.image()).stream().map(ImageEntry::name).toList();
      case Place.ImageFile _, Place.SnapshotFile _, Place.Nowhere _ -> throw missing(path);
    };
  }

  @Override
  public int chmod(String path, long mode) {
    return attributes(
        "chmod",
        path,
        OptionalInt.of((int) mode & 0777),
        OptionalInt.empty(),
        OptionalInt.empty(),
        Optional.empty());
  }

  @Override
  public int chown(String path, long uid, long gid) {
    OptionalInt newUid = (int) uid == -1 ? OptionalInt.empty() : OptionalInt.of((int) uid);
    OptionalInt newGid = (int) gid == -1 ? OptionalInt.empty() : OptionalInt.of((int) gid);
    return attributes("chown", path, OptionalInt.empty(), newUid, newGid, Optional.empty());
  }

  @Override
  public int utimens(String path, Timespec[] times) {
    Optional<Instant> modified = times.length < 2 ? Optional.of(Instant.now()) : instant(times[1]);
    return attributes(
        "utimens", path, OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty(), modified);
  }

  private static Optional<Instant> instant(Timespec time) {
    long nanos = time.tv_nsec.longValue();
    if (nanos == UTIME_OMIT) {
      return Optional.empty();
    }
    return Optional.of(
        nanos == UTIME_NOW ? Instant.now() : Instant.ofEpochSecond(time.tv_sec.get(), nanos));
  }

  private int attributes(
      String what,
      String path,
      OptionalInt mode,
      OptionalInt uid,
      OptionalInt gid,
      Optional<Instant> modified) {
    return answer(
        what,
        path,
        () -> {
          if (path.equals("/")) {
            return -ErrorCodes.EPERM();
          }
          images.setAttributes(
              entry(path).name(), new ImageAttributes(mode, uid, gid, modified, Optional.empty()));
          return 0;
        });
  }

  @Override
  public int rename(String from, String to) {
    return answer(
        "rename",
        from,
        () -> {
          images.rename(name(from), name(to));
          return 0;
        });
  }

  @Override
  public int unlink(String path) {
    return answer(
        "unlink",
        path,
        () -> {
          images.remove(name(path));
          return 0;
        });
  }

  @Override
  public int mkdir(String path, long mode) {
    return -ErrorCodes.EPERM();
  }

  @Override
  public int rmdir(String path) {
    return -ErrorCodes.EPERM();
  }

  @Override
  public int symlink(String target, String path) {
    return -ErrorCodes.EPERM();
  }

  @Override
  public int link(String from, String to) {
    return -ErrorCodes.EPERM();
  }

  @Override
  public int mknod(String path, long mode, long device) {
    return -ErrorCodes.EPERM();
  }

  // ---- extended attributes

  @Override
  public int setxattr(String path, String name, Pointer value, long size, int flags) {
    return answer(
        "setxattr",
        path,
        () -> {
          if (!name.startsWith("user.") || path.equals("/")) {
            return -ErrorCodes.EOPNOTSUPP();
          }
          SortedMap<String, String> all = new TreeMap<>(entry(path).xattrs());
          boolean there = all.containsKey(name);
          if (there && (flags & XATTR_CREATE) != 0) {
            return -ErrorCodes.EEXIST();
          }
          if (!there && (flags & XATTR_REPLACE) != 0) {
            return -ErrorCodes.ENODATA();
          }
          byte[] bytes = new byte[Math.toIntExact(Math.min(size, XATTRS_MAX_BYTES + 1L))];
          value.get(0, bytes, 0, bytes.length);
          all.put(name, new String(bytes, StandardCharsets.ISO_8859_1));
          int total =
              all.entrySet().stream()
                  .mapToInt(e -> e.getKey().length() + e.getValue().length())
                  .sum();
          return total > XATTRS_MAX_BYTES ? -ErrorCodes.ENOSPC() : keep(path, all);
        });
  }

  @Override
  public int getxattr(String path, String name, Pointer value, long size) {
    return answer(
        "getxattr",
        path,
        () -> {
          if (!name.startsWith("user.") || path.equals("/")) {
            return -ErrorCodes.EOPNOTSUPP();
          }
          String found = xattrs(path).get(name);
          return found == null
              ? -ErrorCodes.ENODATA()
              : give(found.getBytes(StandardCharsets.ISO_8859_1), value, size);
        });
  }

  @Override
  public int listxattr(String path, Pointer list, long size) {
    return answer(
        "listxattr",
        path,
        () -> {
          StringBuilder names = new StringBuilder();
          xattrs(path).keySet().forEach(name -> names.append(name).append('\0'));
          return give(names.toString().getBytes(StandardCharsets.UTF_8), list, size);
        });
  }

  @Override
  public int removexattr(String path, String name) {
    return answer(
        "removexattr",
        path,
        () -> {
          SortedMap<String, String> all = new TreeMap<>(xattrs(path));
          return all.remove(name) == null ? -ErrorCodes.ENODATA() : keep(path, all);
        });
  }

  /** Only images have any. */
  private SortedMap<String, String> xattrs(String path) {
    return Place.of(path) instanceof Place.ImageFile ? entry(path).xattrs() : new TreeMap<>();
  }

  private int keep(String path, SortedMap<String, String> xattrs) {
    images.setAttributes(
        name(path),
        new ImageAttributes(
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            Optional.of(xattrs)));
    return 0;
  }

  /** As getxattr(2): asked with size 0, only the length. */
  private static int give(byte[] bytes, Pointer into, long size) {
    if (size == 0) {
      return bytes.length;
    }
    if (bytes.length > size) {
      return -ErrorCodes.ERANGE();
    }
    into.put(0, bytes, 0, bytes.length);
    return bytes.length;
  }

  // ---- opening and closing

  @Override
  public int create(String path, long mode, FuseFileInfo info) {
    return answer(
        "create",
        path,
        () -> {
          String name = name(path);
          images.create(
              name, (int) mode & 0777, (int) getContext().uid.get(), (int) getContext().gid.get());
          info.fh.set(add(images.openForWriting(name), true));
          return 0;
        });
  }

  @Override
  public int open(String path, FuseFileInfo info) {
    return answer(
        "open",
        path,
        () -> {
          boolean writing = (info.flags.get() & O_ACCMODE) != 0;
          if (!writing && Place.of(path) instanceof Place.SnapshotFile file) {
            info.fh.set(add(images.snapshots().open(file.image(), file.name()), false));
            return 0;
          }
          String name = name(path);
          info.fh.set(
              add(writing ? images.openForWriting(name) : images.openForReading(name), writing));
          return 0;
        });
  }

  private long add(OpenImage use, boolean writing) {
    long handle = handles.incrementAndGet();
    open.put(handle, new OpenFile(use, writing));
    return handle;
  }

  @Override
  public int release(String path, FuseFileInfo info) {
    return answer(
        "release",
        path,
        () -> {
          OpenFile file = open.remove(info.fh.get());
          if (file != null) {
            file.release();
          }
          return 0;
        });
  }

  @Override
  public int truncate(String path, long size) {
    return answer(
        "truncate",
        path,
        () -> {
          if (size < entry(path).sizeBytes()) {
            return shrinks(path);
          }
          OpenFile file = new OpenFile(images.openForWriting(name(path)), true);
          try {
            return resize(path, file, size);
          } finally {
            file.release();
          }
        });
  }

  // ---- what all share

  @Override
  OpenFile file(FuseFileInfo info) {
    OpenFile file = open.get(info.fh.get());
    if (file == null) {
      throw new InvalidRequest("no open file " + info.fh.get());
    }
    return file;
  }

  private ImageEntry entry(String path) {
    String name = name(path);
    return images.find(name).orElseThrow(() -> missing(name));
  }

  private VolumeMissing missing(String name) {
    return new VolumeMissing("there is no image \"" + name + "\" in " + source);
  }

  /**
   * The name of an image, to change it or to look at it. Below {@code .snapshots} nothing changes.
   *
   * <p>jnr-ffi decodes paths as UTF-8 and puts U+FFFD for what is none: such a name is refused, not
   * mangled.
   */
  private static String name(String path) {
    boolean unchanging =
        switch (Place.of(path)) {
          case Place.Root _, Place.ImageFile _ -> false;
          case Place.SnapshotsFolder _,
              Place.ImageFolder _,
              Place.SnapshotFile _,
              Place.Nowhere _ ->
              true;
        };
    if (unchanging) {
      throw new Refused(ErrorCodes.EROFS());
    }
    String name = path.substring(1);
    if (name.indexOf('\uFFFD') >= 0) {
      throw new Refused(ErrorCodes.EILSEQ());
    }
    if (name.getBytes(StandardCharsets.UTF_8).length > 255) {
      throw new Refused(ErrorCodes.ENAMETOOLONG());
    }
    return name;
  }

  @Override
  public String toString() {
    return source;
  }
}
