package io.s3shard.shardd;

import io.s3shard.error.Fenced;
import io.s3shard.error.Poisoned;
import io.s3shard.error.S3ShardException;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.error.VolumeBusy;
import io.s3shard.fuse.FuseMount;
import io.s3shard.fuse.FuseSession;
import io.s3shard.fuse.OneFileSystem;
import io.s3shard.fuse.SessionThreads;
import io.s3shard.proto.shardd.v1.KeptDescriptor;
import io.s3shard.proto.shardd.v1.OpenVolumeRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One volume that is open and shown as a file. The descriptor of its mount is kept by others before
 * the first request is read from it, so that no moment is left in which our death would break it.
 */
final class ServedVolume {
  private static final Logger LOG = LoggerFactory.getLogger(ServedVolume.class);

  private static final int ADOPTION_TRIES = 100;
  private static final long ADOPTION_PAUSE_MILLIS = 50;

  private final OpenVolumeRequest request;
  private final Path mountPoint;
  private final OpenedVolume opened;
  private final FuseSession session;
  private final Keeping keeping;

  private ServedVolume(
      OpenVolumeRequest request,
      Path mountPoint,
      OpenedVolume opened,
      FuseSession session,
      Keeping keeping) {
    this.request = request;
    this.mountPoint = mountPoint;
    this.opened = opened;
    this.session = session;
    this.keeping = keeping;
  }

  /** Opens the volume and mounts it. Nothing is left of what fails. */
  static ServedVolume open(
      OpenVolumeRequest request, Path mountPoint, VolumeSource source, Keeping keeping) {
    OpenedVolume opened = source.open(request);
    try {
      makeFolder(mountPoint);
      FuseMount mount =
          FuseMount.mount(
              shown(request), mountPoint, request.getReadOnly(), SessionThreads.ONE_FILE);
      keeping.keep(kept(request, mountPoint), mount.descriptor());
      FuseSession session = FuseSession.serve(mount, false, file(request, opened));
      return new ServedVolume(request, mountPoint, opened, session, keeping);
    } catch (RuntimeException | Error e) {
      keeping.drop(request.getHandle());
      FuseMount.detach(mountPoint);
      removeFolder(mountPoint);
      closeImage(request, opened);
      throw e;
    }
  }

  /**
   * Goes on with a mount that a dead process served. If the volume can't be had any more, the mount
   * is taken away: its users get errors.
   */
  static ServedVolume adopt(
      KeptDescriptor kept, int descriptor, VolumeSource source, Keeping keeping) {
    OpenVolumeRequest request = kept.getOpened();
    Path mountPoint = Path.of(kept.getMountPoint());
    try {
      OpenedVolume opened = openOnceItIsFree(request, source);
      keeping.keep(kept, descriptor);
      FuseMount mount = FuseMount.adopt(mountPoint, descriptor);
      FuseSession session = FuseSession.serve(mount, true, file(request, opened));
      return new ServedVolume(request, mountPoint, opened, session, keeping);
    } catch (S3ShardException e) {
      keeping.drop(request.getHandle());
      DescriptorSocket.closeFile(descriptor);
      FuseMount.detach(mountPoint);
      removeFolder(mountPoint);
      throw e;
    }
  }

  /** The dead process may take a moment to die: its locks go last. */
  private static OpenedVolume openOnceItIsFree(OpenVolumeRequest request, VolumeSource source) {
    for (int attempt = 1; ; attempt++) {
      try {
        return source.open(request);
      } catch (VolumeBusy | StoreUnavailable e) {
        if (attempt == ADOPTION_TRIES) {
          throw e;
        }
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(ADOPTION_PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static OneFileSystem file(OpenVolumeRequest request, OpenedVolume opened) {
    return new OneFileSystem(shown(request), opened.id(), opened.image(), request.getReadOnly());
  }

  private static KeptDescriptor kept(OpenVolumeRequest request, Path mountPoint) {
    return KeptDescriptor.newBuilder()
        .setOpened(request)
        .setMountPoint(mountPoint.toString())
        .build();
  }

  private static String shown(OpenVolumeRequest request) {
    return "s3shard:" + request.getHandle();
  }

  OpenVolumeRequest request() {
    return request;
  }

  OpenedVolume opened() {
    return opened;
  }

  Path file() {
    return mountPoint.resolve(OneFileSystem.NAME);
  }

  /** At least so large. Returns the size. */
  long grow(long sizeBytes) {
    if (opened.image().sizeBytes() < sizeBytes) {
      opened.image().grow(sizeBytes);
      opened.image().flush();
      session.sizeChanged();
    }
    return opened.image().sizeBytes();
  }

  /**
   * Makes everything durable, unmounts, ends the epoch. Of a volume that is not ours any more
   * nothing can be saved, and it is let go.
   *
   * @throws VolumeBusy if the file is in use
   */
  void close() {
    flush();
    try {
      if (!session.unmount()) {
        throw new VolumeBusy(
            "volume "
                + request.getHandle()
                + " is in use: "
                + file()
                + " is open ('losetup -a' shows loop devices)");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while unmounting " + mountPoint, e);
    }
    keeping.drop(request.getHandle());
    removeFolder(mountPoint);
    closeImage(request, opened);
  }

  /** A lost volume has nothing to flush. */
  void flush() {
    try {
      opened.image().flush();
    } catch (Fenced | Poisoned lost) {
      LOG.warn(
          "volume {}: what was not durable is lost: {}", request.getHandle(), lost.getMessage());
    }
  }

  private static void closeImage(OpenVolumeRequest request, OpenedVolume opened) {
    try {
      opened.image().close();
    } catch (S3ShardException e) {
      LOG.warn("volume {}: closed without a farewell: {}", request.getHandle(), e.getMessage());
    } finally {
      opened.released().run();
    }
  }

  private static void makeFolder(Path mountPoint) {
    try {
      Files.createDirectories(mountPoint);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void removeFolder(Path mountPoint) {
    try {
      Files.deleteIfExists(mountPoint);
    } catch (IOException e) {
      LOG.warn("{} stays: {}", mountPoint, e.getMessage());
    }
  }
}
