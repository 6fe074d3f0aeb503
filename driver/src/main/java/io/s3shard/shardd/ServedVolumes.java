package io.s3shard.shardd;

import io.grpc.Status;
import io.s3shard.error.S3ShardException;
import io.s3shard.error.VolumeMissing;
import io.s3shard.fuse.FuseMount;
import io.s3shard.proto.shardd.v1.KeptDescriptor;
import io.s3shard.proto.shardd.v1.OpenVolumeRequest;
import io.s3shard.rpc.Refused;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All volumes that this process serves, by handle. Opening and closing wait for the bucket, so each
 * is done once, in the background, and whoever asks again joins it; who has waited for long enough
 * is told to ask again.
 */
public final class ServedVolumes implements Holders.Heirloom {
  private static final Logger LOG = LoggerFactory.getLogger(ServedVolumes.class);

  /** A caller's own deadline is longer: kubelet's is two minutes. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Path folder;
  private final VolumeSource source;
  private final Keeping keeping;
  private final int most;
  private final Map<String, Slot> slots = new TreeMap<>();
  private final CountDownLatch heard = new CountDownLatch(1);

  /**
   * @param folder where volumes are mounted, one folder each
   * @param most how many volumes may be open at once
   */
  public ServedVolumes(Path folder, VolumeSource source, Keeping keeping, int most) {
    this.folder = folder;
    this.source = source;
    this.keeping = keeping;
    this.most = most;
  }

  // ---- what a dead process left

  @Override
  public void adopt(KeptDescriptor kept, int descriptor) {
    String handle = kept.getOpened().getHandle();
    Slot slot;
    synchronized (this) {
      if (slots.containsKey(handle)) {
        DescriptorSocket.closeFile(descriptor); // ours, told by a holder that came back
        return;
      }
      slot = new Slot(kept.getOpened());
      slots.put(handle, slot);
    }
    LOG.info("volume {}: going on with {}", handle, kept.getMountPoint());
    slot.begin(() -> ServedVolume.adopt(kept, descriptor, source, keeping));
  }

  /** What nobody brought us has lost its connection: it answers nothing, ever. */
  @Override
  public void heardAll() {
    if (heard.getCount() == 0) {
      return;
    }
    for (Path place : FuseMount.below(folder)) {
      boolean ours;
      synchronized (this) {
        ours = slots.values().stream().anyMatch(slot -> mountPoint(slot.handle()).equals(place));
      }
      if (!ours) {
        LOG.warn("{} was served by a dead process and nobody kept it: its users get errors", place);
        FuseMount.detach(place);
        ServedVolume.removeFolder(place);
      }
    }
    heard.countDown();
  }

  /** Whether it is known what there is to take over. */
  public boolean ready() {
    return heard.getCount() == 0;
  }

  private void awaitReady() {
    try {
      if (!heard.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new Refused(
            Status.Code.UNAVAILABLE,
            "nobody keeps the descriptors of shardd: start 's3shard node' on this host");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refused(Status.Code.CANCELLED, "interrupted");
    }
  }

  // ---- what the service does

  ServedVolume open(OpenVolumeRequest request) {
    Handles.check(request);
    awaitReady();
    Slot slot;
    synchronized (this) {
      slot = slots.get(request.getHandle());
      if (slot == null || slot.hasFailed()) {
        refuseTooMany();
        slot = new Slot(request);
        slots.put(request.getHandle(), slot);
        Slot mine = slot;
        slot.begin(
            () -> ServedVolume.open(request, mountPoint(request.getHandle()), source, keeping),
            () -> forget(mine));
      }
    }
    slot.refuseOther(request);
    return slot.await(PATIENCE);
  }

  private void refuseTooMany() {
    if (slots.size() >= most) {
      throw new Refused(
          Status.Code.RESOURCE_EXHAUSTED,
          most + " volumes are open on this host, no more are allowed (--max-volumes)");
    }
  }

  /** Returns when it is closed; open or not. */
  void close(String handle) {
    awaitReady();
    Slot slot;
    synchronized (this) {
      slot = slots.get(handle);
      if (slot == null) {
        return;
      }
      if (slot.hasFailed()) {
        slots.remove(handle);
        return;
      }
    }
    slot.await(PATIENCE);
    slot.close(PATIENCE, () -> forget(slot));
  }

  private synchronized void forget(Slot slot) {
    slots.remove(slot.handle(), slot);
  }

  /**
   * @throws VolumeMissing if it is not open
   */
  ServedVolume require(String handle) {
    Slot slot;
    synchronized (this) {
      slot = slots.get(handle);
    }
    if (slot == null) {
      throw new VolumeMissing("volume " + handle + " is not open on this host");
    }
    return slot.await(PATIENCE);
  }

  /** How many volumes are open, or are being opened or closed. */
  public synchronized int count() {
    return slots.size();
  }

  /** Empty: everything is well. */
  public String whyNotReady() {
    return ready() ? "" : "no 's3shard node' has told what there is to take over";
  }

  synchronized List<Slot> slots() {
    return List.copyOf(slots.values());
  }

  /** Makes everything durable that can be: the process is about to end. */
  public void flushAll() {
    List<Thread> flushes =
        slots().stream()
            .filter(Slot::isOpen)
            .map(slot ->
                Thread.ofVirtual()
                    .start(() -> {
                      try {
                        slot.await(PATIENCE).flush();
                      } catch (S3ShardException | Refused e) {
                        LOG.warn("volume {}: {}", slot.handle(), e.getMessage());
                      }
                    }))
            .toList();
    for (Thread flush : flushes) {
      try {
        flush.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private Path mountPoint(String handle) {
    return folder.resolve(handle);
  }
}
