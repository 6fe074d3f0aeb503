package io.s3shard.csi;

import io.grpc.Status;
import io.s3shard.error.HostFailure;
import io.s3shard.error.InvalidRequest;
import io.s3shard.host.FileSystem;
import io.s3shard.host.FileSystems;
import io.s3shard.host.Host;
import io.s3shard.host.Mount;
import io.s3shard.host.Signatures;
import io.s3shard.rpc.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes a device or a mounted file system of a volume, and takes it apart. Each step looks at what
 * the kernel has, so that a call can be repeated after an end between any two steps.
 */
final class Stager {
  private static final int SECTOR_BYTES = 4096;
  private static final int SMALL_SECTOR_BYTES = 512;

  private final Host host;
  private final Shards shards;
  private final Function<VolumeHandle, HostVolume> volumes;
  private final Unstager unstager;
  private final Progress progress;

  Stager(
      Host host,
      Shards shards,
      Function<VolumeHandle, HostVolume> volumes,
      Unstager unstager,
      Progress progress) {
    this.host = host;
    this.shards = shards;
    this.volumes = volumes;
    this.unstager = unstager;
    this.progress = progress;
  }

  void stage(Stage wanted) {
    HostVolume volume = volumes.apply(wanted.handle());
    if (!shards.isServed(wanted.handle())) {
      unstager.clearDead(volume, wanted.staging());
    }
    refuseForeign(volume, wanted.staging());
    Path file = shards.open(wanted);
    progress.reached("stage.open");
    String loop = volume.loop().orElseGet(() -> attach(file, wanted));
    progress.reached("stage.loop");
    String device = readable(volume, loop, wanted);
    progress.reached("stage.device");
    if (wanted.fileSystem().isEmpty()) {
      refuseMounted(volume, wanted.staging());
      return;
    }
    Optional<Mount> mounted = volume.shownAt(wanted.staging());
    if (mounted.isPresent()) {
      refuseOther(mounted.get(), wanted);
    } else {
      mount(device, loop, wanted.fileSystem().get(), wanted);
    }
    progress.reached("stage.mount");
    if (!host.loops().goesByItself(loop)) {
      host.loops().detach(loop); // it is in use: it goes with its last user
    }
    progress.reached("stage.done");
  }

  private String attach(Path file, Stage wanted) {
    int sector = size(file) % SECTOR_BYTES == 0 ? SECTOR_BYTES : SMALL_SECTOR_BYTES;
    String loop = host.loops().attach(file, wanted.readOnly(), sector);
    if (sector == SECTOR_BYTES && hasSmallSectors(loop)) {
      host.loops().detach(loop);
      return host.loops().attach(file, wanted.readOnly(), SMALL_SECTOR_BYTES);
    }
    return loop;
  }

  /** An xfs that was made on smaller sectors can't be mounted on larger ones. */
  private boolean hasSmallSectors(String loop) {
    return host.signatures().isXfsOfSmallSectors(loop, SECTOR_BYTES);
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new HostFailure(
          "shardd shows "
              + file
              + ", but it can't be seen here: "
              + e.getMessage()
              + "; mount --volumes-dir in both with mount propagation",
          e);
    }
  }

  /** The loop device, or the one that decrypts it. */
  private String readable(HostVolume volume, String loop, Stage wanted) {
    Optional<String> open = host.encryption().over(loop);
    if (open.isPresent()) {
      return open.get();
    }
    Optional<String> signature = host.signatures().on(loop);
    boolean encrypted = signature.filter(Signatures.LUKS::equals).isPresent();
    if (!encrypted && !wanted.context().encrypted()) {
      return loop;
    }
    byte[] passphrase =
        wanted
            .secrets()
            .passphrase()
            .orElseThrow(() ->
                new InvalidRequest(
                    "volume "
                        + volume.handle()
                        + " is encrypted: the node-stage secret must have "
                        + Secrets.PASSPHRASE));
    if (!encrypted) {
      formatEncrypted(volume, loop, signature, passphrase, wanted.readOnly());
    }
    return host.encryption().open(loop, volume.mappedName(), passphrase, wanted.readOnly());
  }

  private void formatEncrypted(
      HostVolume volume,
      String loop,
      Optional<String> signature,
      byte[] passphrase,
      boolean readOnly) {
    if (signature.isPresent()) {
      throw Requires.unsupported(
          "volume "
              + volume.handle()
              + " is to be encrypted, and holds "
              + signature.get()
              + " in clear: it is not touched");
    }
    refuseEmptyReadOnly(volume.handle(), readOnly);
    host.encryption().format(loop, passphrase);
    progress.reached("stage.encrypt");
  }

  private void mount(String device, String loop, FileSystem asked, Stage wanted) {
    boolean inClear = device.equals(loop);
    Optional<String> signature =
        inClear ? host.signatures().on(device) : host.signatures().inside(device, loop);
    FileSystem kind;
    if (signature.isPresent()) {
      kind = found(signature.get(), asked, wanted);
      if (!wanted.readOnly()) {
        host.fileSystems().check(kind, device);
        host.fileSystems().growUnmounted(kind, device);
      }
    } else {
      kind = asked;
      refuseEmptyReadOnly(wanted.handle(), wanted.readOnly());
      host.fileSystems().make(kind, device, inClear);
      progress.reached("stage.mkfs");
    }
    host.mounts()
        .mount(device, folder(wanted.staging()), kind.type(), options(kind, inClear, wanted));
    if (!wanted.readOnly() && kind != FileSystem.EXT4) {
      host.fileSystems().growMounted(kind, device, wanted.staging());
    }
  }

  private static FileSystem found(String signature, FileSystem asked, Stage wanted) {
    FileSystem kind =
        FileSystem.of(signature)
            .orElseThrow(() ->
                Requires.unsupported(
                    "volume "
                        + wanted.handle()
                        + " holds "
                        + signature
                        + ", which is none of "
                        + FileSystem.choices()
                        + ": it is neither mounted nor formatted"));
    if (wanted.namedFileSystem() && kind != asked) {
      throw Requires.unsupported(
          "volume "
              + wanted.handle()
              + " holds "
              + kind.type()
              + ", and fs_type is "
              + asked.type()
              + ": ask for what is there");
    }
    return kind;
  }

  private static List<String> options(FileSystem kind, boolean inClear, Stage wanted) {
    List<String> options = new ArrayList<>(FileSystems.mountOptions(kind, inClear));
    if (wanted.readOnly()) {
      options.addAll(FileSystems.readOnlyOptions(kind));
    }
    options.addAll(wanted.mountFlags());
    return options;
  }

  private static Path folder(Path staging) {
    try {
      return Files.createDirectories(staging);
    } catch (IOException e) {
      throw new HostFailure("can't make " + staging + ": " + e.getMessage(), e);
    }
  }

  private static void refuseEmptyReadOnly(VolumeHandle handle, boolean readOnly) {
    if (readOnly) {
      throw Requires.unsupported(
          "volume " + handle + " is empty and is to be read only: nothing can be made on it");
    }
  }

  /** Something else is mounted where we are to mount. */
  private void refuseForeign(HostVolume volume, Path staging) {
    host.mounts()
        .at(staging)
        .filter(mount -> !volume.isShownBy(mount))
        .ifPresent(mount -> {
          throw Requires.unsupported(
              mount.source() + " is mounted on " + staging + " already, which is not this volume");
        });
  }

  private void refuseMounted(HostVolume volume, Path staging) {
    if (volume.shownAt(staging).isPresent()) {
      throw exists(volume.handle(), "as a file system");
    }
  }

  private static void refuseOther(Mount mounted, Stage wanted) {
    boolean otherKind =
        wanted.namedFileSystem()
            && !wanted.fileSystem().map(FileSystem::type).equals(Optional.of(mounted.type()));
    if (otherKind || mounted.isReadOnly() != isReadOnly(wanted)) {
      throw exists(
          wanted.handle(),
          "as " + mounted.type() + (mounted.isReadOnly() ? ", read-only" : ", writable"));
    }
  }

  private static boolean isReadOnly(Stage wanted) {
    return wanted.readOnly() || wanted.mountFlags().contains("ro");
  }

  private static Refused exists(VolumeHandle handle, String how) {
    return new Refused(
        Status.Code.ALREADY_EXISTS,
        "volume " + handle + " is staged " + how + ": unstage it first");
  }
}
