package io.s3shard.sim;

import io.s3shard.error.InvalidRequest;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.error.VolumeBusy;
import io.s3shard.image.Image;
import io.s3shard.image.PinnedImages;
import io.s3shard.log.Appended;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.log.VolumeState;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.StoreSettings;
import io.s3shard.store.StoreStack;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Pins, looks at what it has pinned, holds, and takes volumes away from their owners. It never
 * crashes.
 */
final class ImageController {
  private record Pinned(ImageWorld.Volume volume, long slot, long position, byte[] content) {}

  private final ImageWorld world;
  private final SimProcess process;
  private final SimRandom dice;
  private final ObjectStore store;
  private final boolean fences;
  private final List<Pinned> pins = new ArrayList<>();

  ImageController(ImageWorld world, SimProcess process) {
    this.world = world;
    this.process = process;
    this.dice = world.simulation.random().split();
    this.store =
        new StoreStack(
                world.mutation.store(world.bucket.objects(), world.bucket.reachedBy(process)),
                new StoreSettings(16, Optional.empty()),
                process.execution())
            .store();
    this.fences = dice.chance(0.4);
  }

  boolean run(int steps) {
    for (int i = 0; i < steps && !world.calm; i++) {
      process.execution().sleep(dice.between(Duration.ZERO, Duration.ofSeconds(10)));
      ImageWorld.Volume volume = dice.oneOf(world.volumes);
      try {
        step(volume);
      } catch (VolumeBusy | InvalidRequest | StoreUnavailable e) {
        world.expected("controller", e);
      }
    }
    pins.forEach(this::look);
    return true;
  }

  private VolumeLog log(ImageWorld.Volume volume) {
    return new VolumeLog(volume.id(), store, process.execution());
  }

  private void step(ImageWorld.Volume volume) {
    switch (dice.below(8)) {
      case 0, 1, 2 -> pin(volume, "");
      case 3 -> unpin();
      case 4 -> hold(volume);
      case 5 -> fence(volume);
      default -> {
        if (!pins.isEmpty()) {
          look(dice.oneOf(pins));
        }
      }
    }
  }

  /**
   * What is pinned is a state of the image that the model explains, no older than the last flush.
   */
  private void pin(ImageWorld.Volume volume, String hold) {
    Ledger ledger = volume.current;
    ledger.hold();
    Ledger.View flushed = ledger.view();
    LogRecord.Pin record = new LogRecord.Pin("pin-" + world.event(), "test", 0, hold, 0);
    Appended pin =
        log(volume)
            .append(
                _ -> record,
                (state, slot) ->
                    state.pins().live().stream().anyMatch(live -> live.slot() == slot));
    volume.witness.requireStands(record, pin.slot());
    Ledger.View view = ledger.view();
    boolean same = volume.current == ledger;
    byte[] content = read(volume, pin.slot());
    if (same) {
      try {
        new Ledger.View(view.base(), view.operations(), flushed.requiredUpTo()).explain(content);
      } catch (AssertionError e) {
        throw new AssertionError("pinned at " + pin.slot() + ": " + e.getMessage(), e);
      }
      world.coverage.count("a pinned state was explained");
    }
    ledger.release();
    pins.add(new Pinned(volume, pin.slot(), pin.slot(), content));
  }

  private byte[] read(ImageWorld.Volume volume, long position) {
    Image image = PinnedImages.open(volume.id(), position, store, process.execution(), 1 << 20);
    byte[] content = new byte[Math.toIntExact(image.sizeBytes())];
    int step = (int) dice.between(1, 96 << 10);
    for (int at = 0; at < content.length; at += step) {
      image.read(at, ByteBuffer.wrap(content, at, Math.min(step, content.length - at)));
    }
    return content;
  }

  /** A pinned state never changes. */
  private void look(Pinned pin) {
    byte[] content = read(pin.volume, pin.position);
    if (!Arrays.equals(content, pin.content)) {
      throw new AssertionError(
          "the state pinned in slot "
              + pin.slot
              + " has changed at byte "
              + Arrays.mismatch(content, pin.content));
    }
    world.coverage.count("a pinned state was looked at again");
  }

  private void unpin() {
    if (!pins.isEmpty()) {
      Pinned pin = pins.remove(dice.below(pins.size()));
      log(pin.volume)
          .append(
              _ -> new LogRecord.Unpin(pin.slot),
              (state, _) ->
                  state.pins().live().stream().noneMatch(live -> live.slot() == pin.slot));
    }
  }

  private void hold(ImageWorld.Volume volume) {
    String group = "group-" + world.event();
    log(volume)
        .append(
            _ -> new LogRecord.Hold(group), (state, _) -> state.hold().equals(Optional.of(group)));
    process.execution().sleep(dice.between(Duration.ZERO, Duration.ofSeconds(5)));
    if (dice.chance(0.5)) {
      pin(volume, group);
    }
    log(volume)
        .append(
            _ -> new LogRecord.Release(group),
            (state, _) -> !state.hold().equals(Optional.of(group)));
  }

  private void fence(ImageWorld.Volume volume) {
    VolumeState seen = log(volume).load().state();
    if (!fences || seen.owner().isEmpty()) {
      return;
    }
    long epoch = seen.openEpoch();
    LogRecord end =
        dice.chance(0.5)
            ? new LogRecord.Close(epoch, "forced")
            : new LogRecord.Detach(seen.ownerNode().orElseThrow());
    log(volume).append(_ -> end, (state, _) -> state.openEpoch() != epoch);
    volume.witness.require(
        volume.witness.now().openEpoch() != epoch,
        "the end of epoch " + epoch + " was reported, but its owner goes on");
    world.coverage.count("fenced by the controller");
  }
}
