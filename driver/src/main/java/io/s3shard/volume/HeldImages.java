package io.s3shard.volume;

import io.s3shard.error.VolumeBusy;
import io.s3shard.execution.Execution;
import io.s3shard.execution.Signal;
import io.s3shard.format.VolumeId;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The volumes that this process has open for writing: one OPEN each, however many use it, and one
 * CLOSE some seconds after the last use, so that a program that opens and closes in a loop costs no
 * requests. The monitor guards memory only; whoever has to wait for a request of another waits on
 * the signal.
 */
final class HeldImages {
  /** The most volumes that a process has open (DESIGN §5, "Limits"). */
  static final int MAX_OPEN = 1000;

  /** How long a volume stays open after its last use for writing (DESIGN §5, "Files"). */
  static final Duration LINGER = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(HeldImages.class);

  private final Volumes volumes;
  private final EntryCache cache;
  private final ImageSource source;
  private final Execution execution;
  private final Signal changed;

  private final SortedMap<String, HeldImage> held = new TreeMap<>();
  private final Set<String> reserved = new HashSet<>();
  private final LinkedHashSet<ReadUse> readers = new LinkedHashSet<>();
  private boolean closed;

  /**
   * @param cache told when what the bucket says of a volume may have changed
   */
  HeldImages(Volumes volumes, EntryCache cache, ImageSource source, Execution execution) {
    this.volumes = volumes;
    this.cache = cache;
    this.source = source;
    this.execution = execution;
    this.changed = execution.signal();
  }

  /** Opens the volume, or joins those that have it open here. */
  OpenImage openForWriting(String name) {
    while (true) {
      long seen = changed.version();
      HeldImage mine = null;
      synchronized (this) {
        HeldImage there = held.get(name);
        if (there != null && there.isOpen() && !there.isUseless()) {
          there.writers++;
          return new WriteUse(this, there);
        }
        if (there == null && !reserved.contains(name)) {
          refuseTooMany();
          mine = new HeldImage(name);
          held.put(name, mine);
        }
      }
      if (mine != null) {
        return open(mine);
      }
      changed.await(seen);
    }
  }

  private OpenImage open(HeldImage mine) {
    try {
      Volume volume = cache.get(mine.name);
      WatchedImage image = new WatchedImage(source.openForWriting(volume));
      synchronized (this) {
        mine.volume = volume;
        mine.image = image;
        mine.phase = HeldImage.Phase.OPEN;
        mine.writers = 1;
      }
      return new WriteUse(this, mine);
    } catch (RuntimeException | Error e) {
      synchronized (this) {
        held.remove(mine.name, mine);
      }
      throw e;
    } finally {
      changed.raise();
    }
  }

  /** A use that follows the volume: what is open for writing here, else the bucket's state. */
  OpenImage openForReading(String name) {
    while (true) {
      long seen = changed.version();
      synchronized (this) {
        HeldImage there = held.get(name);
        if (there != null && there.isOpen() && there.volume != null) {
          return register(new ReadUse(this, there.volume, null));
        }
        if (there == null && !reserved.contains(name)) {
          break;
        }
      }
      changed.await(seen);
    }
    Volume volume = volumes.get(name);
    ReadUse use = new ReadUse(this, volume, source.openForReading(volume));
    synchronized (this) {
      return register(use);
    }
  }

  private ReadUse register(ReadUse use) {
    readers.add(use);
    return use;
  }

  /** Ends one writer's use; the last one's starts the linger time. */
  void release(HeldImage there) {
    long now = execution.nanoTime();
    boolean last;
    synchronized (this) {
      there.writers--;
      there.idleSince = now;
      last = there.writers == 0 && !there.lingering;
      there.lingering |= last;
    }
    changed.raise();
    if (last) {
      execution.fork("close " + there.name, () -> linger(there));
    }
  }

  /**
   * Waits until the volume has been idle for long enough, and closes it; ends when it is used
   * again.
   */
  private boolean linger(HeldImage there) {
    while (true) {
      long seen = changed.version();
      long now = execution.nanoTime();
      Duration rest;
      synchronized (this) {
        if (!there.isOpen() || there.writers > 0) {
          there.lingering = false;
          return false;
        }
        rest = there.isDead() ? Duration.ZERO : LINGER.minusNanos(now - there.idleSince);
        boolean due = rest.isZero() || rest.isNegative();
        if (due && !reserved.contains(there.name)) {
          there.phase = HeldImage.Phase.CLOSING;
          break;
        }
        rest = due ? LINGER : rest;
      }
      changed.await(seen, rest);
    }
    try {
      close(there);
    } catch (RuntimeException e) {
      LOG.error("closing \"{}\" failed: {}", there.name, e.getMessage());
    }
    return true;
  }

  /** Sends CLOSE, then what has gathered of attributes. The phase is CLOSING already. */
  private void close(HeldImage there) {
    awaitNoReads(there);
    try {
      there.opened().close();
      saveAttributes(there);
    } finally {
      readersOf(there).forEach(ReadUse::outdate);
      synchronized (this) {
        held.remove(there.name, there);
      }
      cache.invalidate();
      changed.raise();
    }
  }

  private synchronized List<ReadUse> readersOf(HeldImage there) {
    return readers.stream().filter(reader -> there.is(reader.id())).toList();
  }

  private void saveAttributes(HeldImage there) {
    ImageAttributes pending;
    synchronized (this) {
      pending = there.pending;
    }
    if (there.volume != null && !pending.equals(ImageAttributes.NONE)) {
      var changes = PosixAttributes.toSet(there.volume.state(), pending);
      if (!changes.isEmpty()) {
        volumes.setAttributes(there.volume.id(), changes);
      }
    }
  }

  private void awaitNoReads(HeldImage there) {
    while (true) {
      long seen = changed.version();
      synchronized (this) {
        if (there.reading == 0) {
          return;
        }
      }
      changed.await(seen);
    }
  }

  /**
   * Runs {@code body} while nobody opens or closes a volume of these names here. {@code body} gets
   * the volume that is open here as {@code names[0]}, or null.
   */
  void withReserved(List<String> names, Consumer<@Nullable HeldImage> body) {
    HeldImage there = reserve(names);
    try {
      body.accept(there);
    } finally {
      synchronized (this) {
        names.forEach(reserved::remove);
      }
      changed.raise();
    }
  }

  private @Nullable HeldImage reserve(List<String> names) {
    while (true) {
      long seen = changed.version();
      synchronized (this) {
        if (names.stream().allMatch(this::isQuiet)) {
          reserved.addAll(names);
          return held.get(names.getFirst());
        }
      }
      changed.await(seen);
    }
  }

  private boolean isQuiet(String name) {
    HeldImage there = held.get(name);
    return !reserved.contains(name) && (there == null || there.isOpen());
  }

  /**
   * Closes now what only lingers. @throws VolumeBusy if it is in use. To be called with the name
   * reserved.
   */
  void closeIdle(HeldImage there) {
    synchronized (this) {
      if (there.writers > 0) {
        throw new VolumeBusy(
            "\""
                + there.name
                + "\" is open here: close it first ('losetup -a' shows loop devices)");
      }
      there.phase = HeldImage.Phase.CLOSING;
    }
    close(there);
  }

  /** With both names reserved, after the volume got its new name. */
  synchronized void renamed(HeldImage there, String to) {
    held.remove(there.name, there);
    there.name = to;
    held.put(to, there);
  }

  /** What is open here under this name. */
  synchronized Optional<ImageEntry> entry(String name) {
    return Optional.ofNullable(held.get(name)).filter(HeldImage::isKnown).map(HeldImage::entry);
  }

  /** All that is open here, by name. */
  synchronized SortedMap<String, ImageEntry> entries() {
    SortedMap<String, ImageEntry> entries = new TreeMap<>();
    held.values().stream()
        .filter(HeldImage::isKnown)
        .forEach(there -> entries.put(there.name, there.entry()));
    return entries;
  }

  /** Keeps a change for the close. False if the volume is not open here. */
  synchronized boolean change(String name, ImageAttributes change) {
    HeldImage there = held.get(name);
    if (there == null || !there.isOpen()) {
      return false;
    }
    there.pending = PosixAttributes.merged(there.pending, change);
    return true;
  }

  /**
   * The volume that is open here, kept open until {@link #endRead}; null: not open. Waits while it
   * is being closed.
   */
  @Nullable HeldImage beginRead(VolumeId id) {
    while (true) {
      long seen = changed.version();
      synchronized (this) {
        Optional<HeldImage> there = held.values().stream().filter(h -> h.is(id)).findFirst();
        if (there.isEmpty()) {
          return null;
        }
        if (there.get().isOpen()) {
          there.get().reading++;
          return there.get();
        }
      }
      changed.await(seen);
    }
  }

  void endRead(HeldImage there) {
    synchronized (this) {
      there.reading--;
    }
    changed.raise();
  }

  ImageSource source() {
    return source;
  }

  void forget(ReadUse use) {
    synchronized (this) {
      readers.remove(use);
    }
  }

  /**
   * Makes everything durable that was written to open volumes before. The first failure is thrown
   * after all were tried.
   */
  void flushAll() {
    List<HeldImage> open;
    synchronized (this) {
      open = held.values().stream().filter(HeldImage::isOpen).toList();
      open.forEach(there -> there.reading++);
    }
    new Bounded(execution)
        .map(
            "flush",
            open,
            there -> {
              try {
                there.opened().flush();
                return true;
              } finally {
                endRead(there);
              }
            });
  }

  /**
   * Closes everything, in use or not; nothing can be opened after it. The first failure is thrown
   * after all were tried.
   */
  void closeAll() {
    List<HeldImage> open;
    while (true) {
      long seen = changed.version();
      synchronized (this) {
        closed = true;
        if (held.values().stream().allMatch(HeldImage::isOpen)) {
          open = List.copyOf(held.values());
          open.forEach(there -> there.phase = HeldImage.Phase.CLOSING);
          break;
        }
      }
      changed.await(seen);
    }
    changed.raise();
    new Bounded(execution)
        .map(
            "close",
            open,
            there -> {
              close(there);
              return true;
            });
  }

  private void refuseTooMany() {
    if (closed) {
      throw new VolumeBusy("this mount is ending: mount it again");
    }
    if (held.size() >= MAX_OPEN) {
      throw new VolumeBusy(
          MAX_OPEN
              + " images are open here, no more are allowed: close some, or use another mount");
    }
  }
}
