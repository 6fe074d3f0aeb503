package io.s3shard.csi;

import io.s3shard.host.Host;
import io.s3shard.host.LoopDevices;
import io.s3shard.host.Mount;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One volume as this host's kernel has it at this moment: its file, the loop device over the file,
 * the encrypted device over that, and where it is mounted. Nothing is remembered.
 */
final class HostVolume {
  private final Host host;
  private final VolumeHandle handle;
  private final Path folder;
  private final Path file;

  /**
   * @param volumes where shardd shows volumes
   */
  HostVolume(Host host, VolumeHandle handle, Path volumes, String fileName) {
    this.host = host;
    this.handle = handle;
    this.folder = volumes.resolve(handle.toString());
    this.file = folder.resolve(fileName);
  }

  VolumeHandle handle() {
    return handle;
  }

  Path file() {
    return file;
  }

  /** The loop device over the file that shardd shows now. */
  Optional<String> loop() {
    return host.mounts().at(folder).flatMap(shown -> host.loops().over(file, shown.device()));
  }

  /** All loop devices over this file, or over what was there before. */
  List<String> allLoops() {
    return host.loops().over(file);
  }

  /** The name of the encrypted device. */
  String mappedName() {
    return "s3shard-" + handle;
  }

  /** The device that is readable: over the loop device if it is encrypted, else that itself. */
  String readable(String loop) {
    return host.encryption().over(loop).orElse(loop);
  }

  /** The readable device, if there is one. */
  Optional<String> device() {
    return loop().map(this::readable);
  }

  /** Whether the mount shows this volume: as it is now, or as a dead process left it. */
  boolean isShownBy(Mount mount) {
    return allLoops().stream().anyMatch(loop -> shows(mount, readable(loop)));
  }

  private static boolean shows(Mount mount, String device) {
    return mount.source().equals(device)
        || mount.device().equals(LoopDevices.numbers(device))
        || isNode(mount, device);
  }

  /**
   * A device's node that is bound elsewhere: of a file system of devices that node alone is shown.
   */
  private static boolean isNode(Mount mount, String device) {
    return isOfDevices(mount) && mount.root().equals("/" + nodeName(device));
  }

  private static boolean isOfDevices(Mount mount) {
    return mount.type().equals("devtmpfs") || mount.type().equals("tmpfs");
  }

  private static String nodeName(String device) {
    String numbers = LoopDevices.numbers(device);
    String name = device.substring(device.lastIndexOf('/') + 1);
    return name.startsWith("loop") ? name : "dm-" + numbers.substring(numbers.indexOf(':') + 1);
  }

  /** The node of the readable device, to be bound: not a link. */
  static Path node(String device) {
    return Path.of("/dev", nodeName(device));
  }

  /** What shows this volume at {@code place}. */
  Optional<Mount> shownAt(Path place) {
    return host.mounts().at(place).filter(this::isShownBy);
  }

  /** Where else it is shown, but for {@code staging} and {@code target}. */
  List<Path> shownElsewhere(Path staging, Path target) {
    return host.mounts().all().stream()
        .filter(mount -> !mount.place().equals(staging) && !mount.place().equals(target))
        .filter(this::isShownBy)
        .map(Mount::place)
        .distinct()
        .toList();
  }
}
