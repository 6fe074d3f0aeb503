package io.s3shard.sim;

import io.s3shard.cache.FrameCache;
import io.s3shard.cache.IoBuffers;
import io.s3shard.error.Damaged;
import io.s3shard.error.Fenced;
import io.s3shard.error.Poisoned;
import io.s3shard.error.S3ShardException;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.error.VolumeBusy;
import io.s3shard.image.ArenaHome;
import io.s3shard.image.ArenaPool;
import io.s3shard.image.BlockReader;
import io.s3shard.image.Host;
import io.s3shard.image.Image;
import io.s3shard.image.ImageOpener;
import io.s3shard.image.ImageStatus;
import io.s3shard.image.ReadAheadPool;
import io.s3shard.image.SpaceStatus;
import io.s3shard.image.VolumeImage;
import io.s3shard.log.LoadedLog;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.RetryingStore;
import io.s3shard.store.StoreSettings;
import io.s3shard.store.StoreStack;
import io.s3shard.testing.HeapArenas;
import io.s3shard.testing.Mutation;
import java.time.Duration;
import java.util.List;

/** A machine: its arenas outlive its process; both are gone when it is lost. */
final class ImageHost {
  private final ImageWorld world;
  private final String name;
  private final SimRandom dice;
  private final HeapArenas arenas;
  private final double takeover;
  private final StoreSettings storeSettings;
  private int boots;
  private int starts;
  private long lostAt;
  private SimProcess process;

  ImageHost(ImageWorld world, String name, double takeover, StoreSettings storeSettings) {
    this.world = world;
    this.storeSettings = storeSettings;
    this.name = name;
    this.takeover = takeover;
    this.dice = world.simulation.random().split();
    this.arenas = new HeapArenas(world.segmentBytes, world.diskSegments);
    this.process = world.simulation.process(name + "-0");
  }

  String name() {
    return name;
  }

  SimProcess process() {
    return process;
  }

  /** When all that lay here was lost, by the counter of events. */
  long lostAt() {
    return lostAt;
  }

  /** Has a process open volumes again and again. */
  void start() {
    process = world.simulation.process(name + "-" + ++starts);
    ImageOpener opener = opener();
    for (ImageWorld.Volume volume : world.volumes) {
      process.run("user-" + world.volumes.indexOf(volume), () -> use(opener, volume));
    }
  }

  ImageOpener opener() {
    SimProcess self = process;
    ArenaHome mine =
        new CrashingArenas(
            world.mutation.arenas(arenas),
            self,
            dice.split(),
            world.crashInArena,
            () -> crashIfItMay(self));
    ObjectStore reached =
        world.mutation.store(world.bucket.objects(), world.bucket.reachedBy(self));
    RetryingStore store = new StoreStack(reached, storeSettings, self.execution()).store();
    return new ImageOpener(
        store,
        self.execution(),
        mine,
        new ArenaPool(world.poolSegments),
        new BlockReader(
            store,
            self.execution(),
            new FrameCache(world.cacheBytes),
            new IoBuffers(self.execution(), IoBuffers.LEAST_BYTES)),
        new ReadAheadPool(64 << 10),
        new Host(name, name, name + "-boot-" + boots, self.name()),
        world.options,
        store::gaveUp);
  }

  private void crashIfItMay(SimProcess self) {
    if (!world.calm && self == process) {
      world.coverage.count("crash in the arena");
      crash();
    }
  }

  /**
   * The process is killed, and started again before long. Never returns if the caller is a task of
   * it.
   */
  void crash() {
    world.coverage.count("crash");
    forget();
    arenas.processDied();
    startAgain();
    process.crash();
  }

  /** The machine is lost; another of its name comes up, without what lay on it. */
  void lose() {
    world.coverage.count("host lost");
    forget();
    arenas.processDied();
    arenas.hostLost();
    boots++;
    lostAt = world.event();
    startAgain();
    process.crash();
  }

  /** The sessions of its process end without a word. */
  private void forget() {
    for (ImageWorld.Volume volume : world.volumes) {
      volume.sessions.removeIf(session -> session.isOf(process));
      long epoch = volume.witness.newestEpochOf(process.name());
      if (epoch > 0
          && volume.witness.now().openEpoch() == epoch
          && ((LogRecord.Open) volume.witness.at(epoch).record()).takesOver()
          && volume.witness.commits(epoch, volume.witness.tail()).isEmpty()) {
        world.coverage.count("second crash before what was replayed is committed");
      }
    }
  }

  private void startAgain() {
    SimProcess dead = process;
    world.simulation.after(
        dice.between(Duration.ZERO, Duration.ofMillis(dice.oneOf(List.of(1L, 300L, 10_000L)))),
        () -> {
          if (!world.calm && process == dead) {
            start();
          }
        });
  }

  private boolean use(ImageOpener opener, ImageWorld.Volume volume) {
    SimProcess self = process;
    while (!world.calm) {
      self.execution()
          .sleep(dice.between(Duration.ZERO, Duration.ofMillis(dice.oneOf(List.of(10L, 2_000L)))));
      try {
        session(opener, volume, dice.chance(takeover));
      } catch (Fenced | Poisoned | StoreUnavailable | VolumeBusy e) {
        world.expected("user", e);
      }
    }
    return true;
  }

  private void countEarlyUploads(ImageStatus status) {
    if (status.earlyUploads() > status.staleUploads()) {
      world.coverage.count("uploaded before the freeze");
    }
    if (status.staleUploads() > 0) {
      world.coverage.count("uploaded before the freeze for nothing");
    }
  }

  /** As after a look-up a moment ago: others may have had the volume since. */
  private VolumeImage openAsSeen(ImageOpener opener, ImageWorld.Volume volume, boolean takeaway) {
    SimProcess self = process;
    LoadedLog seen = new VolumeLog(volume.id(), world.bucket.objects(), self.execution()).load();
    self.execution().sleep(dice.between(Duration.ZERO, Duration.ofSeconds(1)));
    VolumeImage opened = opener.openForWriting(volume.id(), seen, takeaway);
    boolean first = volume.witness.newestEpochOf(self.name()) == seen.state().tail() + 1;
    world.coverage.count(first ? "opened as it was seen" : "was seen too long ago");
    return opened;
  }

  /** Opens, checks, works, and closes or forgets to. */
  void session(ImageOpener opener, ImageWorld.Volume volume, boolean takeaway) {
    SimProcess self = process;
    VolumeImage opened =
        world.mutation == Mutation.NONE && dice.chance(0.3)
            ? openAsSeen(opener, volume, takeaway)
            : opener.openForWriting(volume.id(), takeaway);
    Image image = world.mutation.image(opened);
    Session session = new Session(world, volume, this, self, image);
    if (!volume.sessions.isEmpty()) {
      world.coverage.count("two writers at once");
    }
    volume.sessions.add(session);
    try {
      session.takeStock();
      session.work();
      countEarlyUploads(opened.status());
      session.close();
      countUpkeep(opened.status().space());
    } catch (Damaged e) {
      throw new AssertionError(name + " reports damage where there is none: " + e.getMessage(), e);
    } catch (S3ShardException e) {
      session.giveUp();
      throw e;
    } finally {
      volume.sessions.remove(session);
    }
  }

  private void countUpkeep(SpaceStatus space) {
    count("chunks were folded", space.foldedBytes());
    count("segments were merged", space.mergedBytes());
    count("data was gathered", space.gatheredBytes());
    count("objects were deleted", space.deletedObjects());
  }

  private void count(String what, long much) {
    if (much > 0) {
      world.coverage.count(what);
    }
  }
}
