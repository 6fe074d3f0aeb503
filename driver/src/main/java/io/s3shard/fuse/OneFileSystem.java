package io.s3shard.fuse;

import io.s3shard.error.InvalidRequest;
import io.s3shard.error.VolumeMissing;
import io.s3shard.format.VolumeId;
import io.s3shard.image.Image;
import io.s3shard.volume.ImageEntry;
import io.s3shard.volume.OpenImage;
import java.time.Instant;
import java.util.TreeMap;
import ru.serce.jnrfuse.ErrorCodes;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.FuseFileInfo;

/**
 * A directory with one file: the image of a volume that is open for as long as the file is shown.
 * What the kernel remembers of it means the same to every process that serves it one after the
 * other: the file is node 2, and its open files have one of two numbers.
 */
public final class OneFileSystem extends ImageFiles {
  public static final String NAME = "image";

  private static final String PATH = "/" + NAME;
  private static final int O_ACCMODE = 3;
  private static final long READING = 1;
  private static final long WRITING = 2;

  private final String source;
  private final VolumeId volume;
  private final Image image;
  private final boolean readOnly;
  private final Instant since = Instant.now();
  private final OpenFile reader;
  private final OpenFile writer;

  /**
   * @param source what is shown, for log and mount table
   */
  public OneFileSystem(String source, VolumeId volume, Image image, boolean readOnly) {
    this.source = source;
    this.volume = volume;
    this.image = image;
    this.readOnly = readOnly;
    this.reader = new OpenFile(new Always(image), false);
    this.writer = new OpenFile(new Always(image), true);
    if (!readOnly) {
      // a predecessor may have written through a file that is closed only now
      writer.changing();
    }
  }

  /** The image does not depend on open files. */
  private record Always(Image image) implements OpenImage {
    @Override
    public void release() {}
  }

  @Override
  OpenFile file(FuseFileInfo info) {
    long handle = info.fh.get();
    if (handle == WRITING) {
      return writer;
    }
    if (handle == READING) {
      return reader;
    }
    throw new InvalidRequest("no open file " + handle);
  }

  @Override
  public int getattr(String path, FileStat stat) {
    return answer(
        "getattr",
        path,
        () -> {
          if (path.equals("/")) {
            stat.st_mode.set(FileStat.S_IFDIR | 0700);
            stat.st_nlink.set(2);
            return 0;
          }
          require(path);
          show(entry(), stat);
          return 0;
        });
  }

  private ImageEntry entry() {
    int mode = readOnly ? 0400 : 0600;
    return new ImageEntry(NAME, volume, image.sizeBytes(), mode, 0, 0, since, new TreeMap<>());
  }

  private void require(String path) {
    if (!path.equals(PATH)) {
      throw new VolumeMissing("there is no " + path + " in " + source);
    }
  }

  @Override
  public int open(String path, FuseFileInfo info) {
    return answer(
        "open",
        path,
        () -> {
          require(path);
          boolean writing = (info.flags.get() & O_ACCMODE) != 0;
          if (writing && readOnly) {
            return -ErrorCodes.EROFS();
          }
          info.fh.set(writing ? WRITING : READING);
          return 0;
        });
  }

  @Override
  public int truncate(String path, long size) {
    return answer("truncate", path, () -> resize(path, writer, size));
  }

  @Override
  public int chmod(String path, long mode) {
    return -ErrorCodes.EPERM();
  }

  @Override
  public int chown(String path, long uid, long gid) {
    return -ErrorCodes.EPERM();
  }

  @Override
  public String toString() {
    return source;
  }
}
