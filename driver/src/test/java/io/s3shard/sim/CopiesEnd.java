package io.s3shard.sim;

import static io.s3shard.testing.TestHost.read;

import io.s3shard.format.Blocks;
import io.s3shard.format.Extent;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.image.VolumeImage;
import io.s3shard.log.Checkpoint;
import io.s3shard.log.CommitAt;
import io.s3shard.log.LivePin;
import io.s3shard.log.LoadedLog;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.map.ChunkEntry;
import io.s3shard.map.Group;
import io.s3shard.map.MapCodec;
import io.s3shard.map.Page;
import io.s3shard.map.PageRef;
import io.s3shard.map.Root;
import io.s3shard.sim.CopiesWorld.Copy;
import io.s3shard.sim.CopiesWorld.Kept;
import io.s3shard.store.ListedObject;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.testing.InlineExecution;
import io.s3shard.testing.TestHost;
import io.s3shard.volume.Deletions;
import io.s3shard.volume.GarbageCollection;
import io.s3shard.volume.Snapshots;
import io.s3shard.volume.Volume;
import io.s3shard.volume.Volumes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * When all is quiet: everything that must be there is right; after a sweep nothing else is there;
 * and once all is deleted nothing at all, but for control records.
 */
final class CopiesEnd {
  private final CopiesWorld world;
  private final ObjectStore bucket;
  private final InlineExecution time = new InlineExecution();
  private final Volumes volumes;
  private final TestHost machine;

  CopiesEnd(CopiesWorld world, SimProcess process) {
    this.world = world;
    this.bucket = world.bucket.objects();
    this.volumes = new Volumes(bucket, time, "sim");
    this.machine = new TestHost(bucket, process.execution(), "heir");
    // what was begun, and not finished, counts as given up by now
    time.passNanos(Duration.ofHours(5_000).toNanos());
  }

  void look() {
    for (Copy copy : world.copies) {
      VolumeImage image = machine.opener().openForWriting(copy.id, true);
      copy.contents.opened(read(image));
      image.close();
    }
    for (Kept kept : world.kept) {
      byte[] content =
          read(
              machine
                  .opener()
                  .openPinned(kept.snapshot().volume(), kept.snapshot().pin(), "a snapshot"));
      kept.states().require(content, kept.snapshot().path());
    }
  }

  void nothingElseIsThere() {
    closeAll();
    sweep();
    ReadObjects needed = new ReadObjects(bucket);
    Set<ObjectKey> named = new HashSet<>();
    for (Volume volume : all()) {
      VolumeLog log = new VolumeLog(volume.id(), bucket, time);
      if (!volume.state().retired()) {
        needed.present(volume.id());
        named.addAll(named(log, log.load()));
      }
      needed.pinned(volume.id());
      for (LivePin pin : volumes.pins(volume)) {
        named.addAll(named(log, log.loadAt(pin.position())));
      }
    }
    for (ObjectKey key : keys("volumes/")) {
      boolean live =
          key.value().contains("/log/") || needed.got().contains(key) || named.contains(key);
      if (!live) {
        throw new AssertionError(
            "after a sweep " + key + " is there, and nothing needs it: " + whose(key));
      }
    }
  }

  /**
   * What is named and need not be read: a page, when newer ones speak of all its chunks; an object
   * of which groups have replaced everything; what a COMMIT after the checkpoint has brought, when
   * later ones have replaced all of it.
   */
  private Set<ObjectKey> named(VolumeLog log, LoadedLog at) {
    Set<ObjectKey> named = new HashSet<>();
    if (at.checkpoint().isPresent()) {
      ObjectRef rootRef = at.checkpoint().get().root();
      Root root = MapCodec.decodeRoot(rootRef, bucket.get(rootRef.key(), Purpose.MAP).body());
      List<ObjectRef> pages =
          Stream.concat(root.pages().stream().map(PageRef::page), root.deltas().stream()).toList();
      pages.forEach(page -> named.add(page.key()));
      named.addAll(entries(pages, at.state().chunkSizeBytes() / Blocks.SIZE));
    }
    long covers = at.checkpoint().map(Checkpoint::covers).orElse(0L);
    for (CommitAt commit : log.commits(covers, at.state().tail())) {
      for (Extent extent : commit.commit().extents()) {
        if (extent.source() instanceof Extent.Source.InObject in) {
          named.add(in.object().key());
        }
      }
    }
    return named;
  }

  /** What the newest entries of all chunks name; later pages override earlier ones. */
  private Set<ObjectKey> entries(List<ObjectRef> pages, int chunkBlocks) {
    Map<Long, ChunkEntry> newest = new HashMap<>();
    for (ObjectRef ref : pages) {
      Page page = MapCodec.decodePage(ref, chunkBlocks, bucket.get(ref.key(), Purpose.MAP).body());
      for (int i = 0; i < page.size(); i++) {
        newest.put(page.chunk(i), page.entry(i));
      }
    }
    Set<ObjectKey> named = new HashSet<>();
    for (ChunkEntry entry : newest.values()) {
      if (entry.base() != null) {
        named.add(entry.base().object().key());
      }
      for (Group group : entry.groups()) {
        if (group.source() instanceof Extent.Source.InObject in) {
          named.add(in.object().key());
        }
      }
    }
    return named;
  }

  void nothingIsLeft() {
    for (Volume volume : all()) {
      if (!volume.state().retired()) {
        delete(volume);
      }
    }
    Snapshots snapshots = new Snapshots(volumes);
    for (Volume volume : all()) {
      snapshots.of(volume).forEach(snapshots::remove);
    }
    sweep();
    for (ObjectKey key : keys("volumes/")) {
      if (!key.value().contains("/log/") || isCommit(key)) {
        throw new AssertionError("when all is deleted, " + key + " is there: " + whose(key));
      }
    }
  }

  private void delete(Volume volume) {
    if (volumes.find(volume.name()).filter(found -> found.id().equals(volume.id())).isEmpty()) {
      throw new AssertionError("the name of " + volume + " is lost");
    }
    new VolumeLog(volume.id(), bucket, time)
        .append(_ -> new LogRecord.Retire("the end"), (state, _) -> state.retired());
    new Deletions(volumes).reap(volume.id());
  }

  /** The newest record of a log, which carries its state, may be a COMMIT. */
  private boolean isCommit(ObjectKey key) {
    VolumeId id = new VolumeId(key.value().split("/", -1)[1]);
    long slot = Layout.slot(id, key).orElseThrow();
    VolumeLog log = new VolumeLog(id, bucket, time);
    return log.kind(slot).orElseThrow().isCommit() && slot < log.load().state().tail();
  }

  private String whose(ObjectKey key) {
    return volumes
        .find(new VolumeId(key.value().split("/", -1)[1]))
        .map(volume -> volume + ", pins " + volumes.pins(volume))
        .orElse("nobody's");
  }

  private void closeAll() {
    for (Volume volume : all()) {
      if (!volume.state().retired() && volume.state().owner().isPresent()) {
        long epoch = volume.state().openEpoch();
        new VolumeLog(volume.id(), bucket, time)
            .append(
                _ -> new LogRecord.Close(epoch, "the end"),
                (state, _) -> state.openEpoch() != epoch);
      }
    }
  }

  /** Twice: the second one finds nothing to do. */
  private void sweep() {
    for (int i = 0; i < 2; i++) {
      new GarbageCollection(volumes, false)
          .run(collected -> {
            if (!collected.problem().isEmpty()) {
              throw new AssertionError("a sweep has a problem: " + collected);
            }
          });
    }
  }

  private List<Volume> all() {
    List<Volume> all = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (ObjectKey key : keys("volumes/")) {
      String id = key.value().split("/", -1)[1];
      if (seen.add(id)) {
        volumes.find(new VolumeId(id)).ifPresent(all::add);
      }
    }
    return all;
  }

  private List<ObjectKey> keys(String prefix) {
    List<ObjectKey> keys = new ArrayList<>();
    String after = null;
    while (true) {
      List<ListedObject> page = bucket.list(prefix, after, 1_000, Purpose.MAP);
      page.forEach(object -> keys.add(object.key()));
      if (page.size() < 1_000) {
        return keys;
      }
      after = page.getLast().key().value();
    }
  }
}
