package io.s3shard.csi;

import io.s3shard.error.HostFailure;
import io.s3shard.host.Host;
import io.s3shard.host.Mount;
import java.nio.file.Path;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes apart what was staged, in the order in which it must be durable: file system, encryption,
 * loop device, volume. Of a volume that is not ours any more nothing can be saved, and nothing may
 * hold up: it is taken out of sight, and what is dirty goes.
 */
final class Unstager {
  private static final Logger LOG = LoggerFactory.getLogger(Unstager.class);

  /** A loop device goes with its last user, such as a udev that still looks at it. */
  private static final int LOOP_TRIES = 100;

  private static final long LOOP_PAUSE_MILLIS = 50;

  private final Host host;
  private final Shards shards;
  private final Function<VolumeHandle, HostVolume> volumes;
  private final Progress progress;

  Unstager(
      Host host, Shards shards, Function<VolumeHandle, HostVolume> volumes, Progress progress) {
    this.host = host;
    this.shards = shards;
    this.volumes = volumes;
    this.progress = progress;
  }

  void unstage(VolumeHandle handle, Path staging) {
    HostVolume volume = volumes.apply(handle);
    if (shards.isLost(handle)) {
      clearDead(volume, staging);
    } else {
      takeApart(volume, staging);
    }
    shards.close(handle);
    progress.reached("unstage.close");
  }

  private void takeApart(HostVolume volume, Path staging) {
    if (volume.shownAt(staging).isPresent()) {
      host.mounts().sync(staging);
      progress.reached("unstage.sync");
      host.mounts().unmountAll(staging);
    }
    progress.reached("unstage.umount");
    for (String loop : volume.allLoops()) {
      host.encryption().over(loop).ifPresent(host.encryption()::close);
      progress.reached("unstage.encryption");
      detach(volume, loop);
    }
    progress.reached("unstage.loop");
  }

  private void detach(HostVolume volume, String loop) {
    if (volume.allLoops().contains(loop)) {
      host.loops().detach(loop);
    }
    for (int attempt = 0; attempt < LOOP_TRIES && volume.allLoops().contains(loop); attempt++) {
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(LOOP_PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * What a volume has left that nobody serves: mounts go out of sight, devices go with their last
   * users.
   */
  void clearDead(HostVolume volume, Path staging) {
    for (Mount mount : host.mounts().all()) {
      boolean here = mount.place().equals(staging) && volume.isShownBy(mount);
      if (here) {
        LOG.warn("{} of volume {} is dead: taken away", mount.place(), volume.handle());
        host.mounts().detachAll(mount.place());
      }
    }
    for (String loop : volume.allLoops()) {
      host.encryption()
          .over(loop)
          .ifPresent(mapped -> tolerate(() -> host.encryption().close(mapped)));
      tolerate(() -> host.loops().detach(loop));
    }
  }

  private static void tolerate(Runnable step) {
    try {
      step.run();
    } catch (HostFailure e) {
      LOG.warn("{}", e.getMessage());
    }
  }
}
