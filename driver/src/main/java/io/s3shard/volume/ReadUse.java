package io.s3shard.volume;

import io.s3shard.format.VolumeId;
import io.s3shard.image.Image;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One open file's use of a volume for reading. While the volume is open for writing here, it reads
 * what writers see; else the state of the bucket as it was when it was opened, or when the last
 * writer here closed it.
 */
final class ReadUse implements OpenImage {
  private final HeldImages images;
  private final Volume volume;
  private final Image view = new ReadView(this);

  /** The bucket's state; null when there is none yet, or none any more. Guarded by this. */
  private @Nullable Snapshot snapshot;

  private boolean released;

  ReadUse(HeldImages images, Volume volume, @Nullable Image opened) {
    this.images = images;
    this.volume = volume;
    this.snapshot = opened == null ? null : new Snapshot(opened);
  }

  /** An image at one position, closed by whoever is last: its replacement or its last read. */
  private static final class Snapshot {
    private final Image image;
    private int reads;
    private boolean dropped;

    Snapshot(Image image) {
      this.image = image;
    }

    boolean isUnused() {
      return dropped && reads == 0;
    }
  }

  VolumeId id() {
    return volume.id();
  }

  @Override
  public Image image() {
    return view;
  }

  /** Gives {@code body} the image to read, which stays open until it returns. */
  void read(Consumer<Image> body) {
    @Nullable HeldImage held = images.beginRead(volume.id());
    if (held != null) {
      try {
        body.accept(held.opened());
      } finally {
        images.endRead(held);
      }
      return;
    }
    Snapshot mine = begin();
    try {
      body.accept(mine.image);
    } finally {
      end(mine);
    }
  }

  private Snapshot begin() {
    while (true) {
      synchronized (this) {
        if (snapshot != null) {
          snapshot.reads++;
          return snapshot;
        }
      }
      // two readers at once may both open one: the second one's is closed again
      adopt(new Snapshot(images.source().openForReading(volume)));
    }
  }

  private void adopt(Snapshot fresh) {
    boolean gone;
    synchronized (this) {
      gone = released;
      if (snapshot == null && !gone) {
        snapshot = fresh;
      } else {
        fresh.dropped = true;
      }
    }
    closeIfUnused(fresh);
    if (gone) {
      throw new IllegalStateException("read of a file that was released");
    }
  }

  private void end(Snapshot mine) {
    synchronized (this) {
      mine.reads--;
    }
    closeIfUnused(mine);
  }

  private void closeIfUnused(Snapshot candidate) {
    boolean unused;
    synchronized (this) {
      unused = candidate.isUnused();
    }
    if (unused) {
      candidate.image.close();
    }
  }

  /**
   * The volume was open for writing here and is not any more: what was read from the bucket before
   * is old.
   */
  void outdate() {
    drop();
  }

  private void drop() {
    Snapshot old;
    synchronized (this) {
      old = snapshot;
      snapshot = null;
      if (old == null) {
        return;
      }
      old.dropped = true;
    }
    closeIfUnused(old);
  }

  @Override
  public void release() {
    synchronized (this) {
      if (released) {
        return;
      }
      released = true;
    }
    drop();
    images.forget(this);
  }
}
