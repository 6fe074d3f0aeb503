package io.s3shard.image;

import io.s3shard.cache.FrameCache;
import io.s3shard.error.Damaged;
import io.s3shard.error.Fenced;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.error.VolumeBusy;
import io.s3shard.error.VolumeMissing;
import io.s3shard.execution.Execution;
import io.s3shard.format.Blocks;
import io.s3shard.format.VolumeId;
import io.s3shard.log.LivePin;
import io.s3shard.log.LoadedLog;
import io.s3shard.log.Opening;
import io.s3shard.log.OwnedLog;
import io.s3shard.log.Owner;
import io.s3shard.log.OwnerSettings;
import io.s3shard.log.VolumeLog;
import io.s3shard.log.VolumeState;
import io.s3shard.log.Writer;
import io.s3shard.store.ObjectStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens volumes: decides whether we may, takes over what a dead process of this host left, loads
 * the map. What all images of a process share is given once.
 */
public final class ImageOpener {
  private static final Logger LOG = LoggerFactory.getLogger(ImageOpener.class);

  /** How often somebody else may get in between load and OPEN before we give up. */
  private static final int TRIES = 20;

  private final ObjectStore store;
  private final Execution execution;
  private final ArenaHome arenas;
  private final ArenaPool pool;
  private final BlockReader reader;
  private final ReadAheadPool readAhead;
  private final Host host;
  private final ImageOptions options;
  private final BooleanSupplier giveUp;
  private final SharedQuotas quotas;

  /** With buffers of its own: for a process that opens images for one purpose only. */
  public ImageOpener(
      ObjectStore store,
      Execution execution,
      ArenaHome arenas,
      ArenaPool pool,
      FrameCache cache,
      Host host,
      ImageOptions options,
      BooleanSupplier giveUp) {
    this(
        store,
        execution,
        arenas,
        pool,
        new BlockReader(store, execution, cache),
        new ReadAheadPool(cache.capacityBytes() / 2),
        host,
        options,
        giveUp);
  }

  /**
   * @param giveUp whether the bucket has been away for longer than the user will wait
   */
  public ImageOpener(
      ObjectStore store,
      Execution execution,
      ArenaHome arenas,
      ArenaPool pool,
      BlockReader reader,
      ReadAheadPool readAhead,
      Host host,
      ImageOptions options,
      BooleanSupplier giveUp) {
    this.store = store;
    this.execution = execution;
    this.arenas = arenas;
    this.pool = pool;
    this.reader = reader;
    this.readAhead = readAhead;
    this.host = host;
    this.options = options;
    this.giveUp = giveUp;
    this.quotas = SharedQuotas.of(execution, options);
  }

  /**
   * Opens for writing; nobody else can write from then on.
   *
   * @param takeover take the volume away from a holder that is not known to be dead
   * @throws VolumeBusy naming the holder
   * @throws VolumeMissing if there is no such volume, or it is deleted
   */
  public VolumeImage openForWriting(VolumeId volume, boolean takeover) {
    VolumeLog log = new VolumeLog(volume, store, execution);
    for (int attempt = 0; attempt < TRIES; attempt++) {
      VolumeImage image = open(volume, log, log.load(), takeover);
      if (image != null) {
        return image;
      }
    }
    throw new StoreUnavailable(
        "volume " + volume + ": others opened and closed it each time that we tried; try again");
  }

  /**
   * The same for whoever has {@code seen} the log a moment ago: it is not loaded once more unless
   * something stood in the way then, or does now.
   */
  public VolumeImage openForWriting(VolumeId volume, LoadedLog seen, boolean takeover) {
    if (!seen.state().retired() && seen.state().owner().isEmpty()) {
      try {
        VolumeLog log = new VolumeLog(volume, store, execution);
        VolumeImage image = open(volume, log, seen, takeover);
        if (image != null) {
          return image;
        }
      } catch (VolumeBusy e) {
        LOG.debug("volume {}: looked at once more, since {}", volume, e.getMessage());
      }
    }
    return openForWriting(volume, takeover);
  }

  /** Null: somebody ended the epoch that we presumed, or opened another. */
  private @Nullable VolumeImage open(
      VolumeId volume, VolumeLog log, LoadedLog loaded, boolean takeover) {
    if (loaded.state().retired()) {
      throw new VolumeMissing("volume " + volume + " is deleted");
    }
    return open(volume, log, loaded, claim(volume, loaded.state(), takeover));
  }

  /**
   * An arena that is ours, our writer's id already in its lineage, and whether it goes on with the
   * open epoch.
   */
  private record Claim(Arena arena, Writer writer, boolean takesOver) {}

  private Claim claim(VolumeId volume, VolumeState state, boolean takeover) {
    Writer writer = host.writer(execution.randomBytes(16));
    Optional<ArenaMemory> left = arenas.existing(volume);
    Optional<ArenaHeader> header =
        left.flatMap(memory -> ArenaHeader.read(memory.header(), volume));
    Optional<Owner> owner = state.owner();
    boolean ours =
        owner.isPresent()
            && header.isPresent()
            && header.get().writers().contains(owner.get().writer().id());
    if (ours && header.get().state() == ArenaHeader.State.LIVE) {
      LOG.info(
          "volume {}: its holder on this host is dead, going on with its arena {}",
          volume,
          left.get().location());
      header.get().addWriter(writer.id(), owner.get().writer().id());
      return new Claim(Arena.adopt(left.get(), pool, header.get()), writer, true);
    }
    if (owner.isPresent() && !ours && !takeover && !isOfAnEarlierBoot(owner.get())) {
      left.ifPresent(ArenaMemory::close);
      throw new VolumeBusy(busy(volume, owner.get()));
    }
    header.ifPresent(h -> h.mark(ArenaHeader.State.FENCED));
    left.ifPresent(ArenaMemory::close);
    return new Claim(Arena.create(arenas.create(volume), pool, volume, writer.id()), writer, false);
  }

  /** A process of this machine that ran before it was started again is dead. */
  private boolean isOfAnEarlierBoot(Owner owner) {
    return owner.writer().host().equals(host.machine())
        && !owner.writer().boot().equals(host.boot());
  }

  private static String busy(VolumeId volume, Owner owner) {
    return "volume "
        + volume
        + " is open on node "
        + owner.writer().node()
        + " ("
        + owner.writer().process()
        + ", since "
        + Instant.ofEpochMilli(owner.openedUnixMillis())
        + "); unmount it there, or take it away with --takeover or 's3shard detach --force'";
  }

  /** Null: somebody ended the epoch that we presumed, or opened another. */
  private @Nullable VolumeImage open(
      VolumeId volume, VolumeLog log, LoadedLog loaded, Claim claim) {
    MapLoader loader = new MapLoader(store, execution);
    MapBesideOpen beside =
        MapBesideOpen.begin(execution, loader, volume, log, loaded, options.pageCacheBytes());
    boolean kept = false;
    try {
      WaitingWriters waiting = new WaitingWriters(execution);
      OwnerSettings settings = new OwnerSettings(giveUp, waiting::impatient);
      Optional<OwnedLog> owned =
          new Opening(log).open(claim.writer(), loaded, claim.takesOver(), settings);
      if (owned.isEmpty()) {
        return null;
      }
      MapLoader.Loaded map =
          beside.under(owned.get()).orElseGet(() -> load(volume, log, owned.get()));
      VolumeImage image = assemble(volume, log, owned.get(), map, claim, waiting);
      kept = true;
      return image;
    } finally {
      beside.await();
      if (!kept) {
        claim.arena().abandon();
      }
    }
  }

  private VolumeImage assemble(
      VolumeId volume,
      VolumeLog log,
      OwnedLog owned,
      MapLoader.Loaded loaded,
      Claim claim,
      WaitingWriters waiting) {
    Object lock = new Object();
    long covered = owned.state().owner().map(Owner::arenaSequence).orElse(0L);
    int chunkBlocks = owned.state().chunkSizeBytes() / Blocks.SIZE;
    ObjectNames names = new ObjectNames(volume, owned.epoch());
    CommittedMap committed =
        new CommittedMap(lock, loaded.map(), chunkBlocks, store, execution, reader);
    List<Arena.Reservation> replayed = claim.arena().replay(covered);
    if (!replayed.isEmpty()) {
      LOG.info(
          "volume {}: {} writes that were not committed are replayed", volume, replayed.size());
    }
    return new VolumeImage(
        new ImageParts(
            lock,
            volume,
            execution,
            execution.signal(),
            store,
            reader,
            committed,
            new ReadAhead(execution, readAhead, committed, chunkBlocks),
            log,
            owned,
            names,
            claim.arena(),
            waiting,
            options,
            chunkBlocks,
            owned.state().sizeBytes(),
            covered,
            replayed,
            loaded.commits(),
            quotas));
  }

  /** We own the volume: nothing may be missing, unless somebody has fenced us already. */
  private MapLoader.Loaded load(VolumeId volume, VolumeLog log, OwnedLog owned) {
    LoadedLog at = new LoadedLog(owned.state(), owned.checkpoint());
    try {
      return new MapLoader(store, execution).load(volume, log, at, options.pageCacheBytes());
    } catch (ObjectMissing e) {
      if (log.load().state().owner().filter(owner -> owner.epoch() == owned.epoch()).isEmpty()) {
        throw new Fenced("volume " + volume + " was taken over while it was opened", e);
      }
      throw CommittedMap.missingMap(volume, e);
    }
  }

  /**
   * Opens the state of this moment for reading. It needs no ownership and protects nothing: of a
   * volume that is open elsewhere objects go as it is written, so that is refused unless {@code
   * staleOk}.
   *
   * @throws VolumeBusy if it is open for writing and not {@code staleOk}
   */
  public Image openForReading(VolumeId volume, boolean staleOk) {
    VolumeLog log = new VolumeLog(volume, store, execution);
    for (int attempt = 0; ; attempt++) {
      LoadedLog loaded = log.load();
      VolumeState state = loaded.state();
      if (state.retired()) {
        throw new VolumeMissing("volume " + volume + " is deleted");
      }
      if (state.owner().isPresent() && !staleOk) {
        throw new VolumeBusy(busy(volume, state.owner().get()));
      }
      try {
        return readOnly(volume, log, loaded);
      } catch (ObjectMissing e) {
        if (attempt >= TRIES) {
          throw CommittedMap.missingMap(volume, e);
        }
      }
    }
  }

  /**
   * Opens the state that a live pin keeps, for reading; {@code what} it keeps, for messages. The
   * pin is not the reader's: once it is taken away, reads fail.
   *
   * @throws ObjectMissing if the pin lives no more
   */
  public Image openPinned(VolumeId volume, LivePin pin, String what) {
    VolumeLog log = new VolumeLog(volume, store, execution);
    try {
      return new PinnedImage(
          readOnly(volume, log, log.loadAt(pin.position())), log, pin.slot(), what);
    } catch (ObjectMissing | VolumeMissing e) {
      PinnedImage.requirePin(log, pin.slot(), what, e);
      throw new Damaged(what + " can't be read: " + e.getMessage(), e);
    }
  }

  private Image readOnly(VolumeId volume, VolumeLog log, LoadedLog loaded) {
    MapLoader.Loaded map =
        new MapLoader(store, execution).load(volume, log, loaded, options.pageCacheBytes());
    int chunkBlocks = loaded.state().chunkSizeBytes() / Blocks.SIZE;
    CommittedMap committed =
        new CommittedMap(new Object(), map.map(), chunkBlocks, store, execution, reader);
    return new ReadOnlyImage(
        volume,
        committed,
        new ReadAhead(execution, readAhead, committed, chunkBlocks),
        loaded.state().sizeBytes(),
        quotas.maps());
  }
}
