package io.s3shard.image;

import io.s3shard.error.Damaged;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.execution.Execution;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.log.LivePin;
import io.s3shard.log.LoadedLog;
import io.s3shard.log.VolumeLog;
import io.s3shard.store.ListedObject;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds by reachability what no state of a volume needs any more, and deletes it: loads the log at
 * T; keeps what T and its pins need; deletes what epochs that were closed at T have left (DESIGN
 * §4, Collecting). It needs no ownership, any number may run at once, and one that is cut off has
 * done what it has done. For one caller.
 */
public final class Sweep {
  private static final int PAGE = 1000;

  /** How often the log may change under it while it looks at what is needed. */
  private static final int TRIES = 16;

  private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);

  private final VolumeId volume;
  private final ObjectStore store;
  private final Execution execution;
  private final VolumeLog log;

  public Sweep(VolumeId volume, ObjectStore store, Execution execution) {
    this.volume = volume;
    this.store = store;
    this.execution = execution;
    this.log = new VolumeLog(volume, store, execution);
  }

  /**
   * What is deleted.
   *
   * @param dryRun whether it is only counted
   * @param mine whether an object of the open epoch may go, too, if no state needs it: what only
   *     that epoch's owner can tell, which knows what it uploads at this moment
   */
  private record Choice(LoadedLog at, Reach reach, boolean dryRun, Predicate<ObjectRef> mine) {
    boolean dies(ObjectRef object) {
      return isOver(object) && !reach.needs(object);
    }

    /** Deleted, and needed by nobody: whatever is there may go. */
    boolean isFree() {
      return at.state().retired() && at.state().pins().count() == 0;
    }

    /** Whether nobody can name it any more who has not named it in a record up to T. */
    private boolean isOver(ObjectRef object) {
      boolean past = object.epoch() <= at.state().tail();
      boolean open = object.epoch() == at.state().openEpoch() && !isPinTable(object);
      return past && (!open || mine.test(object));
    }
  }

  /**
   * A pin table is named after the slot of the record that names it, and that slot only: other map
   * objects have a tail that is not below their epoch.
   */
  private static boolean isPinTable(ObjectRef object) {
    return object.kind() == ObjectRef.Kind.MAP && object.tail() < object.epoch();
  }

  /** As anybody. @throws Damaged if something that is needed is not there; nothing is deleted */
  public Swept run() {
    return run(false, _ -> false);
  }

  /** Deletes nothing, and tells what it would. */
  public Swept dryRun() {
    return run(true, _ -> false);
  }

  /**
   * As the owner. {@code mine}: whether an object of its epoch was uploaded so long ago that it is
   * named by a COMMIT or by nothing; asked before the log is loaded.
   */
  Swept run(Predicate<ObjectRef> mine) {
    return run(false, mine);
  }

  private Swept run(boolean dryRun, Predicate<ObjectRef> mine) {
    Choice choice = choose(dryRun, mine);
    return sweepObjects(Layout.dataFolder(volume), choice)
        .plus(sweepObjects(Layout.mapFolder(volume), choice))
        .plus(sweepCommits(choice));
  }

  /** Nothing protects whoever looks: what is needed may go while it is looked at. */
  private Choice choose(boolean dryRun, Predicate<ObjectRef> mine) {
    @Nullable ObjectMissing last = null;
    long lastTail = 0;
    for (int i = 0; i < TRIES; i++) {
      LoadedLog at = log.loadWithPins();
      try {
        return new Choice(at, reach(at), dryRun, mine);
      } catch (ObjectMissing gone) {
        boolean same =
            last != null
                && lastTail == at.state().tail()
                && String.valueOf(gone.getMessage()).equals(last.getMessage());
        if (same) {
          throw damaged(gone);
        }
        last = gone;
        lastTail = at.state().tail();
        execution.sleep(BETWEEN_TRIES);
      }
    }
    throw new StoreUnavailable(
        "volume " + volume + " changes all the time, nothing of it was deleted: try again", last);
  }

  private Damaged damaged(ObjectMissing gone) {
    return new Damaged(
        "volume "
            + volume
            + " needs what is not there, so nothing of it is deleted: "
            + gone.getMessage()
            + "; 's3shard check' says what is lost",
        gone);
  }

  private Reach reach(LoadedLog at) {
    Reach reach = new Reach(volume, store, execution);
    at.state().pins().live().stream()
        .mapToLong(LivePin::position)
        .distinct()
        .forEach(position -> reach.addPinned(log.loadAt(position)));
    reach.addPinnedCommits();
    if (at.state().retired()) {
      at.state().pins().table().ifPresent(reach::need);
    } else {
      reach.addTail(at);
    }
    return reach;
  }

  private Swept sweepObjects(String folder, Choice choice) {
    Swept swept = Swept.NOTHING;
    @Nullable String after = null;
    while (true) {
      List<ListedObject> page = store.list(folder, after, PAGE, Purpose.BACKGROUND);
      List<ListedObject> dead =
          page.stream()
              .filter(object ->
                  Layout.object(volume, object.key()).map(choice::dies).orElse(choice.isFree()))
              .toList();
      swept = swept.plus(delete(dead, choice));
      if (page.size() < PAGE) {
        return swept;
      }
      after = page.getLast().key().value();
    }
  }

  /**
   * Control records stay for ever. Of a volume that is deleted, a load still begins with the newest
   * record that carries the state, whatever it is.
   */
  private Swept sweepCommits(Choice choice) {
    Swept swept = Swept.NOTHING;
    boolean stateSeen = !choice.at().state().retired();
    @Nullable String after = Layout.log(volume, choice.at().state().tail() + 1).value();
    while (true) {
      List<ListedObject> page =
          store.list(Layout.logFolder(volume), after, PAGE, Purpose.BACKGROUND);
      List<ListedObject> dead = new ArrayList<>();
      for (Looked looked : look(page, choice)) {
        if (stateSeen && looked.kind().isCommit()) {
          dead.add(looked.object());
        }
        stateSeen |= looked.kind().carriesState();
      }
      swept = swept.plus(delete(dead, choice));
      if (page.size() < PAGE) {
        return swept;
      }
      after = page.getLast().key().value();
    }
  }

  private record Looked(ListedObject object, VolumeLog.Kind kind) {}

  /** Those of a page that no state needs, newest first, and what they are. */
  private List<Looked> look(List<ListedObject> page, Choice choice) {
    List<ListedObject> unneeded =
        page.stream()
            .filter(object ->
                Layout.slot(volume, object.key())
                    .filter(slot -> !choice.reach().needsCommit(slot))
                    .isPresent())
            .toList();
    @Nullable Looked[] looked = new Looked[unneeded.size()];
    List<Runnable> looks = new ArrayList<>();
    for (int i = 0; i < looked.length; i++) {
      int index = i;
      ListedObject object = unneeded.get(i);
      long slot = Layout.slot(volume, object.key()).orElseThrow();
      looks.add(() -> log.kind(slot).ifPresent(kind -> looked[index] = new Looked(object, kind)));
    }
    if (!looks.isEmpty()) {
      Parallel.run(execution, "sweep", CommittedMap.PAGE_LOADS, looks);
    }
    return Arrays.stream(looked).filter(Objects::nonNull).toList();
  }

  private Swept delete(List<ListedObject> dead, Choice choice) {
    Swept would = new Swept(dead.size(), dead.stream().mapToLong(ListedObject::sizeBytes).sum(), 0);
    if (choice.dryRun() || dead.isEmpty()) {
      return would;
    }
    return Swept.deleting(store, dead, would);
  }
}
