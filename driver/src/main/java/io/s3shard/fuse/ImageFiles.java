package io.s3shard.fuse;

import io.s3shard.error.S3ShardException;
import io.s3shard.error.VolumeMissing;
import io.s3shard.image.Image;
import io.s3shard.image.VolumeImage;
import io.s3shard.volume.ImageEntry;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.function.IntSupplier;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ru.serce.jnrfuse.ErrorCodes;
import ru.serce.jnrfuse.FuseStubFS;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.FuseFileInfo;
import ru.serce.jnrfuse.struct.FuseOperations;
import ru.serce.jnrfuse.struct.Statvfs;

/**
 * Files that are images: what reads, writes and syncs them, whatever directory shows them. Each
 * callback delegates and maps the failure.
 */
abstract sealed class ImageFiles extends FuseStubFS permits DirectoryFileSystem, OneFileSystem {
  private static final Logger LOG = LoggerFactory.getLogger(ImageFiles.class);

  private static final int KEEP_SIZE = 1;
  private static final int PUNCH_HOLE = 2;
  private static final int ZERO_RANGE = 16;

  /** What statfs shows: 1 PiB, all of it free. */
  private static final long BLOCK_BYTES = 4096;

  private static final long BLOCKS = (1L << 50) / BLOCK_BYTES;

  FuseOperations operations() {
    return fuseOperations;
  }

  /** The file that the kernel means. @throws InvalidRequest if it is not open */
  abstract OpenFile file(FuseFileInfo info);

  // ---- attributes

  static void show(ImageEntry entry, FileStat stat) {
    stat.st_mode.set(FileStat.S_IFREG | entry.mode() & 0777);
    stat.st_nlink.set(1);
    stat.st_uid.set(entry.uid());
    stat.st_gid.set(entry.gid());
    stat.st_size.set(entry.sizeBytes());
    stat.st_blksize.set(BLOCK_BYTES);
    stat.st_blocks.set((entry.sizeBytes() + 511) / 512);
    long seconds = entry.modified().getEpochSecond();
    int nanos = entry.modified().getNano();
    stat.st_mtim.tv_sec.set(seconds);
    stat.st_mtim.tv_nsec.set(nanos);
    stat.st_ctim.tv_sec.set(seconds);
    stat.st_ctim.tv_nsec.set(nanos);
    stat.st_atim.tv_sec.set(seconds);
    stat.st_atim.tv_nsec.set(nanos);
  }

  @Override
  public int statfs(String path, Statvfs stat) {
    return answer(
        "statfs",
        path,
        () -> {
          stat.f_bsize.set(BLOCK_BYTES);
          stat.f_frsize.set(BLOCK_BYTES);
          stat.f_blocks.set(BLOCKS);
          stat.f_bfree.set(BLOCKS);
          stat.f_bavail.set(BLOCKS);
          stat.f_namemax.set(255);
          return 0;
        });
  }

  // ---- contents

  @Override
  public int read(String path, Pointer buffer, long size, long offset, FuseFileInfo info) {
    return answer(
        "read",
        path,
        () -> {
          Image image = file(info).image();
          long length = Math.min(size, image.sizeBytes() - offset);
          if (length <= 0) {
            return 0;
          }
          image.read(offset, bytes(buffer, length));
          return (int) length;
        });
  }

  @Override
  public int write(String path, Pointer buffer, long size, long offset, FuseFileInfo info) {
    return answer(
        "write",
        path,
        () -> {
          if (offset + size > VolumeImage.MAX_SIZE_BYTES) {
            return -ErrorCodes.EFBIG();
          }
          file(info).changing().write(offset, bytes(buffer, size));
          return (int) size;
        });
  }

  /** The request's own memory, without a copy. */
  private static ByteBuffer bytes(Pointer buffer, long size) {
    return MemorySegment.ofAddress(buffer.address()).reinterpret(size).asByteBuffer();
  }

  @Override
  public int fsync(String path, int dataOnly, FuseFileInfo info) {
    return answer(
        "fsync",
        path,
        () -> {
          OpenFile file = file(info);
          if (file.isWriting()) {
            file.image().flush();
          }
          return 0;
        });
  }

  @Override
  public int flush(String path, FuseFileInfo info) {
    return answer(
        "flush",
        path,
        () -> {
          file(info).flush();
          return 0;
        });
  }

  @Override
  public int ftruncate(String path, long size, FuseFileInfo info) {
    return answer("truncate", path, () -> resize(path, file(info), size));
  }

  static int resize(String path, OpenFile file, long size) {
    if (size > VolumeImage.MAX_SIZE_BYTES) {
      return -ErrorCodes.EFBIG();
    }
    long now = file.image().sizeBytes();
    if (size < now) {
      return shrinks(path);
    }
    if (size > now) {
      file.changing().grow(size);
    }
    return 0;
  }

  static int shrinks(String path) {
    LOG.warn("{}: an image never shrinks; remove it and make a new one", path);
    return -ErrorCodes.EPERM();
  }

  @Override
  public int fallocate(String path, int mode, long offset, long length, FuseFileInfo info) {
    return answer(
        "fallocate",
        path,
        () -> {
          OpenFile file = file(info);
          if (offset + length > VolumeImage.MAX_SIZE_BYTES) {
            return -ErrorCodes.EFBIG();
          }
          return allocate(file, mode, offset, length);
        });
  }

  private static int allocate(OpenFile file, int mode, long offset, long length) {
    long end = offset + length;
    long size = file.image().sizeBytes();
    switch (mode) {
      case 0 -> {
        if (end > size) {
          file.changing().grow(end);
        }
      }
      case KEEP_SIZE -> {}
      case PUNCH_HOLE | KEEP_SIZE -> file.changing().discard(offset, length);
      case ZERO_RANGE -> file.changing().zero(offset, length);
      case ZERO_RANGE | KEEP_SIZE -> {
        if (offset < size) {
          file.changing().zero(offset, Math.min(length, size - offset));
        }
      }
      default -> {
        return -ErrorCodes.EOPNOTSUPP();
      }
    }
    return 0;
  }

  // ---- what all share

  /** An error number that the classes of failures don't tell apart. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int errno;

    Refused(int errno) {
      super(null, null, false, false);
      this.errno = errno;
    }
  }

  /**
   * Carries a callback out. Nothing may escape: an exception that reached native code would end the
   * process.
   */
  static int answer(String what, @Nullable String path, IntSupplier body) {
    try {
      return body.getAsInt();
    } catch (Refused e) {
      return -e.errno;
    } catch (VolumeMissing e) {
      return Errno.of(e);
    } catch (S3ShardException e) {
      LOG.warn("{} {}: {}", what, path, e.getMessage());
      return Errno.of(e);
    } catch (Throwable e) {
      LOG.error("{} {} failed by a fault of s3shard itself", what, path, e);
      return Errno.of(e);
    }
  }
}
