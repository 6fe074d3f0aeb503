package io.s3shard.csi;

import io.grpc.Status;
import io.s3shard.error.HostFailure;
import io.s3shard.host.Host;
import io.s3shard.host.Mount;
import io.s3shard.rpc.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Shows a staged volume at the paths of pods, by bind mounts. */
final class Publisher {
  private final Host host;
  private final Function<VolumeHandle, HostVolume> volumes;
  private final Progress progress;

  Publisher(Host host, Function<VolumeHandle, HostVolume> volumes, Progress progress) {
    this.host = host;
    this.volumes = volumes;
    this.progress = progress;
  }

  /**
   * @param block whether the device itself is shown, as a file
   * @param alone whether no other path may show the volume
   */
  record Wish(
      VolumeHandle handle,
      Path staging,
      Path target,
      boolean block,
      boolean readOnly,
      boolean alone) {}

  void publish(Wish wish) {
    HostVolume volume = volumes.apply(wish.handle());
    Path source = source(volume, wish);
    Optional<Mount> there = host.mounts().at(wish.target());
    if (there.isPresent()) {
      refuseOther(volume, there.get(), wish);
      return;
    }
    if (wish.alone()) {
      refuseSecond(volume, wish);
    }
    make(wish.target(), wish.block());
    progress.reached("publish.target");
    host.mounts().bind(source, wish.target(), wish.readOnly());
    progress.reached("publish.bind");
  }

  /** What is to be shown: the staged file system, or the device's node. */
  private static Path source(HostVolume volume, Wish wish) {
    if (wish.block()) {
      return HostVolume.node(volume.device().orElseThrow(() -> notStaged(wish)));
    }
    if (volume.shownAt(wish.staging()).isEmpty()) {
      throw notStaged(wish);
    }
    return wish.staging();
  }

  private static Refused notStaged(Wish wish) {
    return Requires.unsupported(
        "volume "
            + wish.handle()
            + " is not staged at "
            + wish.staging()
            + ": NodeStageVolume comes first");
  }

  private void refuseOther(HostVolume volume, Mount there, Wish wish) {
    if (!volume.isShownBy(there)) {
      throw Requires.unsupported(
          there.source() + " is mounted on " + wish.target() + ", which is not this volume");
    }
    boolean expected = wish.readOnly() || stagedReadOnly(volume, wish);
    if (there.isReadOnly() != expected) {
      throw new Refused(
          Status.Code.ALREADY_EXISTS,
          "volume "
              + wish.handle()
              + " is published at "
              + wish.target()
              + " with another readonly");
    }
  }

  private static boolean stagedReadOnly(HostVolume volume, Wish wish) {
    return volume.shownAt(wish.staging()).filter(Mount::isReadOnly).isPresent();
  }

  private static void refuseSecond(HostVolume volume, Wish wish) {
    List<Path> elsewhere = volume.shownElsewhere(wish.staging(), wish.target());
    if (!elsewhere.isEmpty()) {
      throw Requires.unsupported(
          "volume "
              + wish.handle()
              + " is for one pod at a time, and is published at "
              + elsewhere.getFirst());
    }
  }

  private static void make(Path target, boolean file) {
    try {
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS) == file
            || Files.isSymbolicLink(target)) {
          throw Requires.unsupported(
              target + " is there, and is no " + (file ? "file" : "directory"));
        }
        return;
      }
      Path parent = target.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      if (file) {
        Files.createFile(target);
      } else {
        Files.createDirectory(target);
      }
    } catch (IOException e) {
      throw new HostFailure("can't make " + target + ": " + e.getMessage(), e);
    }
  }

  /** Whatever is there goes, and the path with it; nothing there is fine. */
  void unpublish(Path target) {
    host.mounts().unmountAll(target);
    progress.reached("unpublish.umount");
    try {
      Files.deleteIfExists(target);
    } catch (IOException e) {
      throw new HostFailure(
          "can't remove " + target + ": " + e.getMessage() + "; what is in it is not of a volume",
          e);
    }
    progress.reached("unpublish.done");
  }
}
