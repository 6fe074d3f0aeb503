package io.s3shard.sim;

import static io.s3shard.testing.TestHost.read;

import io.s3shard.error.S3ShardException;
import io.s3shard.error.VolumeBusy;
import io.s3shard.sim.CopiesWorld.Copy;
import io.s3shard.sim.CopiesWorld.Kept;
import io.s3shard.testing.TestHost;
import io.s3shard.volume.Clones;
import io.s3shard.volume.Deletions;
import io.s3shard.volume.GarbageCollection;
import io.s3shard.volume.GroupSnapshot;
import io.s3shard.volume.GroupSnapshots;
import io.s3shard.volume.NewClone;
import io.s3shard.volume.NewVolume;
import io.s3shard.volume.Restores;
import io.s3shard.volume.Snapshot;
import io.s3shard.volume.Snapshots;
import io.s3shard.volume.Volume;
import io.s3shard.volume.Volumes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Somebody who makes volumes, snapshots, clones, restores, deletes and sweeps, until it is killed.
 */
final class CopiesAdmin {
  private static final int MOST_VOLUMES = 6;
  private static final int MOST_SNAPSHOTS = 10;

  private final CopiesWorld world;
  private final SimProcess process;
  private final SimRandom dice;
  private final Volumes volumes;
  private final Snapshots snapshots;
  private final TestHost machine;

  CopiesAdmin(CopiesWorld world, SimProcess process) {
    this.world = world;
    this.process = process;
    this.dice = world.simulation.random().split();
    this.volumes = world.volumes(process);
    this.snapshots = new Snapshots(volumes);
    this.machine = new TestHost(world.store(process), process.execution(), process.name());
  }

  boolean run() {
    while (!world.calm) {
      process.execution().sleep(dice.between(Duration.ZERO, Duration.ofSeconds(5)));
      String what = "nothing";
      world.copies.forEach(this::badSweep);
      try {
        what = step();
      } catch (S3ShardException e) {
        world.expected("admin", e);
      }
      world.coverage.count("admin: " + what);
    }
    return true;
  }

  private void badSweep(Copy copy) {
    BadSweeps sweeps = new BadSweeps(world.bucket.objects(), copy.id);
    switch (world.mutation) {
      case SWEEPS_WHAT_PINS_NEED -> sweeps.whatPinsNeed();
      case SWEEPS_THE_OPEN_EPOCH -> sweeps.theOpenEpoch();
      case NONE, DELETES_BEFORE_ITS_DEATH, PIN_IS_NOT_CONFIRMED -> {}
    }
  }

  /** What was done; an exception that is expected ends it early. */
  private String step() {
    Copy copy = world.anyCopy(dice);
    Kept kept = world.anyKept(dice);
    switch (dice.below(12)) {
      case 0 -> {
        return world.copies.size() < MOST_VOLUMES ? create() : "nothing";
      }
      case 1, 2 -> {
        return copy != null && world.kept.size() < MOST_SNAPSHOTS ? snapshot(copy) : "nothing";
      }
      case 3 -> {
        return copy != null && world.kept.size() < MOST_SNAPSHOTS ? group() : "nothing";
      }
      case 4 -> {
        return copy != null && world.copies.size() < MOST_VOLUMES ? cloneOf(copy) : "nothing";
      }
      case 5 -> {
        return kept != null && world.copies.size() < MOST_VOLUMES ? cloneOf(kept) : "nothing";
      }
      case 6 -> {
        return kept != null ? restore(kept) : "nothing";
      }
      case 7 -> {
        return kept != null ? remove(kept) : "nothing";
      }
      case 8 -> {
        return copy != null && !copy.busy ? delete(copy) : "nothing";
      }
      case 9 -> {
        return sweep();
      }
      default -> {
        return kept != null ? look(kept) : "nothing";
      }
    }
  }

  private String name() {
    return "v" + world.next();
  }

  private String create() {
    Volume made = volumes.create(new NewVolume(name(), 0, TestHost.CHUNK_BYTES, new TreeMap<>()));
    world.copies.add(new Copy(made.id(), new byte[0]));
    return "create";
  }

  private String snapshot(Copy copy) {
    int from = copy.contents.durable();
    Snapshot taken = snapshots.create(copy.id, "s" + world.next());
    world.kept.add(new Kept(taken, copy.contents.since(from)));
    return "snapshot";
  }

  private String group() {
    List<Copy> members = new ArrayList<>();
    for (int i = 1 + dice.below(3); i > 0; i--) {
      Copy copy = dice.oneOf(world.copies);
      if (!members.contains(copy)) {
        members.add(copy);
      }
    }
    List<Integer> from = members.stream().map(copy -> copy.contents.durable()).toList();
    GroupSnapshot taken =
        new GroupSnapshots(snapshots)
            .create(members.stream().map(copy -> copy.id).toList(), "g" + world.next());
    for (Snapshot member : taken.members()) {
      for (int i = 0; i < members.size(); i++) {
        if (members.get(i).id.equals(member.volume())) {
          world.kept.add(new Kept(member, members.get(i).contents.since(from.get(i))));
        }
      }
    }
    return "group of " + members.size();
  }

  private String cloneOf(Copy copy) {
    int from = copy.contents.durable();
    Volume source = volumes.find(copy.id).orElseThrow();
    boolean ofClone = source.state().source().isPresent();
    Volume made = new Clones(snapshots).of(source, NewClone.of(name()));
    know(made, copy.contents.since(from));
    return ofClone ? "clone of a clone" : "clone";
  }

  private String cloneOf(Kept kept) {
    Volume made = new Clones(snapshots).of(kept.snapshot(), NewClone.of(name()));
    know(made, kept.states());
    return "clone of a snapshot";
  }

  /** Nobody else knows it yet, so nobody writes to it. */
  private void know(Volume made, Contents.States states) {
    byte[] content = read(machine.opener().openForReading(made.id(), false));
    states.require(content, "a copy");
    // two restores to the same snapshot at once may end as one
    if (world.copies.stream().noneMatch(copy -> copy.id.equals(made.id()))) {
      world.copies.add(new Copy(made.id(), content));
    }
  }

  private String restore(Kept kept) {
    Optional<Volume> volume = volumes.find(kept.snapshot().volume());
    if (volume.isEmpty() || volume.get().state().retired()) {
      return "nothing";
    }
    Restores.Restored restored =
        new Restores(snapshots)
            .restore(volume.get().name(), kept.snapshot().name(), Optional.of(name()));
    know(restored.volume(), kept.states());
    return "restore";
  }

  private String remove(Kept kept) {
    world.kept.remove(kept);
    snapshots.remove(kept.snapshot());
    new Deletions(volumes).reap(kept.snapshot().volume());
    return "remove a snapshot";
  }

  private String delete(Copy copy) {
    world.copies.remove(copy);
    String name = volumes.find(copy.id).orElseThrow().name();
    if (world.mutation == CopiesMutation.DELETES_BEFORE_ITS_DEATH) {
      new BadSweeps(world.bucket.objects(), copy.id).all();
    }
    try {
      new Deletions(volumes).delete(name);
      return "delete";
    } catch (VolumeBusy open) {
      world.copies.add(copy);
      volumes.detach(name, "for rm");
      return "detach";
    }
  }

  private String sweep() {
    new GarbageCollection(volumes, false)
        .run(collected -> {
          if (collected.problem().contains("is not there")) {
            throw new AssertionError("a sweep found damage: " + collected);
          }
        });
    return "sweep";
  }

  /** If it is removed meanwhile, it may show anything but what is not right. */
  private String look(Kept kept) {
    try {
      byte[] content =
          read(
              machine
                  .opener()
                  .openPinned(kept.snapshot().volume(), kept.snapshot().pin(), "a snapshot"));
      kept.states().require(content, kept.snapshot().path());
      return "look";
    } catch (S3ShardException e) {
      if (world.kept.contains(kept)) {
        world.expected("look", e);
      }
      return "look at what was removed";
    }
  }
}
