package io.s3shard.image;

import io.s3shard.error.Damaged;
import io.s3shard.error.Fenced;
import io.s3shard.error.InvalidRequest;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.Poisoned;
import io.s3shard.error.S3ShardException;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.execution.Execution;
import io.s3shard.execution.Signal;
import io.s3shard.format.BlockRange;
import io.s3shard.format.Blocks;
import io.s3shard.format.Extent;
import io.s3shard.log.Appended;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeState;
import io.s3shard.map.Lookup;
import io.s3shard.store.Purpose;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A volume that is open for writing: reads and writes against the dirty data and the committed map;
 * the {@link Committer} turns one into the other.
 *
 * <pre>
 *   OPEN      all goes
 *   POISONED  a flush was given up: reads go on, writes and flushes fail
 *   FENCED    the volume is another's: all fails
 *   CLOSED    all fails
 * </pre>
 *
 * One lock guards the dirty data, the map and these states; it is held for memory only. A reader
 * sees dirty data and map of the same moment.
 */
public final class VolumeImage implements Image {
  private static final Logger LOG = LoggerFactory.getLogger(VolumeImage.class);

  /** 64 TiB, DESIGN §5, Limits. */
  public static final long MAX_SIZE_BYTES = 64L << 40;

  private enum State {
    OPEN,
    POISONED,
    FENCED,
    CLOSED
  }

  private final Object lock;
  private final Arena arena;
  private final CommittedMap committed;
  private final BlockReader reader;
  private final ReadAhead readAhead;
  private final Committer committer;
  private final Execution execution;
  private final ImageOptions options;
  private final WaitingWriters waiting;
  private final FlushPace pace;
  private final MapShares maps;

  /**
   * Raised when room was freed or writing has ended; when a commit has ended; when the background
   * commit has to look.
   */
  private final Signal room;

  private final Signal progress;
  private final Signal wake;
  private final Signal settled;

  private State state = State.OPEN;
  private @Nullable S3ShardException failure;
  private long sizeBytes;
  private Cut active;
  private @Nullable Cut frozen;
  private long committedSequence;
  private boolean committing;
  private boolean closing;
  private final Execution.Task<Void> background;

  VolumeImage(ImageParts parts) {
    this.lock = parts.lock();
    this.arena = parts.arena();
    this.committed = parts.committed();
    this.reader = parts.reader();
    this.readAhead = parts.readAhead();
    this.execution = parts.execution();
    this.options = parts.options();
    this.waiting = parts.waiting();
    this.pace = new FlushPace(execution, options.minFlushInterval());
    this.room = execution.signal();
    this.progress = execution.signal();
    this.wake = parts.wake();
    this.settled = execution.signal();
    this.sizeBytes = parts.sizeBytes();
    this.committedSequence = parts.coveredSequence();
    this.active = new Cut(sizeBytes);
    replay(parts.replayed());
    this.maps = parts.quotas().maps();
    maps.opened(committed);
    this.committer = new Committer(parts);
    this.background = execution.fork("commit " + parts.volume(), this::commitNowAndThen);
  }

  private void replay(List<Arena.Reservation> records) {
    for (Arena.Reservation record : records) {
      enter(active, record);
      active.lastSequence = record.sequence();
      active.sinceNanos = execution.nanoTime();
    }
  }

  // ---- reading

  @Override
  public long sizeBytes() {
    synchronized (lock) {
      return sizeBytes;
    }
  }

  @Override
  public void read(long offset, ByteBuffer into) {
    int length = into.remaining();
    if (length == 0) {
      return;
    }
    readAhead.reading(offset, length, sizeBytes());
    int changes = 0;
    for (Look look = Look.AGAIN; look != Look.DONE; ) {
      look = look(offset, into, length, changes);
      changes += look == Look.CHANGED ? 1 : 0;
    }
    into.position(into.limit());
  }

  /** What came of one look: all was there; pages were missing; the map has gone on under us. */
  private enum Look {
    DONE,
    AGAIN,
    CHANGED
  }

  private Look look(long offset, ByteBuffer into, int length, int changes) {
    List<BlockReader.Request> requests = new ArrayList<>();
    List<Edge> edges = new ArrayList<>();
    Lookup.@Nullable PagesMissing missing;
    long seen;
    synchronized (lock) {
      checkReadable();
      if (offset < 0 || offset + length > sizeBytes) {
        throw new InvalidRequest(
            "bytes " + offset + "+" + length + " lie beyond the image's end at " + sizeBytes);
      }
      seen = committed.version();
      missing =
          new ReadPlan(requests, edges, into, into.position() - offset)
              .dirty(offset, offset + length);
    }
    try {
      if (missing != null) {
        committed.load(missing.pages(), Purpose.READ);
        return Look.AGAIN;
      }
      reader.read(requests, Purpose.READ);
    } catch (ObjectMissing | Damaged e) {
      if (committed.isBehind(seen, changes)) {
        return Look.CHANGED;
      }
      long first = offset / Blocks.SIZE;
      BlockRange range = BlockRange.between(first, Blocks.covering(offset + length));
      S3ShardException reason = becauseFenced(CommittedMap.damaged(range, e));
      if (reason instanceof Fenced) {
        fail(reason);
      } else if (committed.isBehind(seen, changes)) {
        return Look.CHANGED;
      }
      throw reason;
    }
    for (Edge edge : edges) {
      into.put(edge.at(), edge.block(), edge.inBlock(), edge.length());
    }
    return Look.DONE;
  }

  /** What others do with a volume that they took is no damage: then that is the reason. */
  private S3ShardException becauseFenced(Damaged damage) {
    try {
      committer.checkOwned();
      return damage;
    } catch (Fenced fenced) {
      return fenced;
    }
  }

  /** A part of a block at the edge of a read. */
  private record Edge(ByteBuffer block, int inBlock, int length, int at) {}

  /**
   * What a read takes from where. Under the lock. {@code shift}: from an offset in the image to a
   * position in the buffer.
   */
  private final class ReadPlan {
    private final List<BlockReader.Request> requests;
    private final List<Edge> edges;
    private final ByteBuffer into;
    private final long shift;

    private ReadPlan(
        List<BlockReader.Request> requests, List<Edge> edges, ByteBuffer into, long shift) {
      this.requests = requests;
      this.edges = edges;
      this.into = into;
      this.shift = shift;
    }

    private Lookup.@Nullable PagesMissing dirty(long from, long to) {
      return dirty(active, from, to);
    }

    private Lookup.@Nullable PagesMissing dirty(@Nullable Cut cut, long from, long to) {
      if (cut == null) {
        return committed(from, to);
      }
      Cut below = cut == active ? frozen : null;
      long at = from;
      for (DirtyIndex.Run run : cut.index.overlapping(from, to)) {
        if (run.start() > at) {
          Lookup.PagesMissing missing = dirty(below, at, run.start());
          if (missing != null) {
            return missing;
          }
        }
        long start = Math.max(run.start(), from);
        at = Math.min(run.end(), to);
        copy(run.part(start, at));
      }
      return at < to ? dirty(below, at, to) : null;
    }

    private void copy(DirtyIndex.Run run) {
      int at = (int) (run.start() + shift);
      if (run.isZeros()) {
        Zeros.fill(into, at, (int) run.length());
      } else {
        into.put(
            at,
            arena.bytes(run.segment(), run.position(), (int) run.length()),
            0,
            (int) run.length());
      }
    }

    private Lookup.@Nullable PagesMissing committed(long from, long to) {
      long first = from / Blocks.SIZE;
      long end = Blocks.covering(to);
      BlockRange range = BlockRange.between(first, end);
      return switch (committed.lookup(range)) {
        case Lookup.PagesMissing missing -> missing;
        case Lookup.Found found -> {
          boolean headCut = from % Blocks.SIZE != 0;
          boolean tailCut = to % Blocks.SIZE != 0;
          ByteBuffer head =
              headCut ? edge(first, from, Math.min(to, (first + 1) * Blocks.SIZE)) : null;
          boolean oneBlock = end - first == 1;
          ByteBuffer tail =
              tailCut && !(oneBlock && headCut)
                  ? edge(end - 1, Math.max(from, (end - 1) * Blocks.SIZE), to)
                  : null;
          for (var piece : found.pieces()) {
            add(piece.range(), piece.source(), first, head, end - 1, tail);
          }
          yield null;
        }
      };
    }

    private ByteBuffer edge(long block, long from, long to) {
      ByteBuffer whole = ByteBuffer.allocate(Blocks.SIZE);
      edges.add(
          new Edge(
              whole, (int) (from - block * Blocks.SIZE), (int) (to - from), (int) (from + shift)));
      return whole;
    }

    /** One piece, whose first or last block may be an edge that goes into a buffer of its own. */
    private void add(
        BlockRange range,
        Extent.Source source,
        long firstBlock,
        @Nullable ByteBuffer head,
        long lastBlock,
        @Nullable ByteBuffer tail) {
      long from = range.first();
      long to = range.end();
      if (head != null && from == firstBlock) {
        request(source, 1, head, 0);
        from++;
      }
      boolean endsInTail = tail != null && to == lastBlock + 1 && to > from;
      if (endsInTail) {
        to--;
      }
      if (to > from) {
        request(
            source.skip(from - range.first()),
            (int) (to - from),
            into,
            (int) (from * Blocks.SIZE + shift));
      }
      if (endsInTail && tail != null) {
        request(source.skip(to - range.first()), 1, tail, 0);
      }
    }

    private void request(Extent.Source source, int count, ByteBuffer target, int at) {
      switch (source) {
        case Extent.Source.Zeros zeros -> Zeros.fill(target, at, count * Blocks.SIZE);
        case Extent.Source.InObject in ->
            requests.add(new BlockReader.Request(in.object(), in.firstBlock(), count, target, at));
      }
    }
  }

  // ---- writing

  @Override
  public void write(long offset, ByteBuffer data) {
    checkEnd(offset, data.remaining());
    while (data.hasRemaining()) {
      ByteBuffer piece =
          data.slice(data.position(), Math.min(data.remaining(), arena.maxContentBytes()));
      if (Zeros.is(piece)) {
        note(Arena.Kind.ZERO, offset, piece.remaining());
      } else {
        Arena.Reservation reservation = reserve(Arena.Kind.WRITE, offset, piece.remaining());
        boolean filled = false;
        try {
          arena.fill(reservation, piece);
          filled = true;
        } finally {
          publish(reservation, filled);
        }
      }
      data.position(data.position() + piece.capacity());
      offset += piece.capacity();
    }
  }

  @Override
  public void discard(long offset, long length) {
    checkEnd(offset, length);
    long end = Math.min(offset + length, sizeBytes());
    if (end > offset) {
      note(Arena.Kind.DISCARD, offset, end - offset);
    }
  }

  @Override
  public void zero(long offset, long length) {
    checkEnd(offset, length);
    if (length > 0) {
      note(Arena.Kind.ZERO, offset, length);
    }
  }

  @Override
  public void grow(long newSizeBytes) {
    checkEnd(newSizeBytes, 0);
    long now = sizeBytes();
    if (newSizeBytes < now) {
      throw new InvalidRequest(
          "an image can't shrink: it has " + now + " bytes, asked for " + newSizeBytes);
    }
    if (newSizeBytes > now) {
      note(Arena.Kind.SIZE, newSizeBytes, 0);
    }
  }

  private static void checkEnd(long offset, long length) {
    if (offset < 0 || length < 0 || offset > MAX_SIZE_BYTES - length) {
      throw new InvalidRequest(
          "bytes " + offset + "+" + length + " pass the largest size of an image, 64 TiB");
    }
  }

  private void note(Arena.Kind kind, long offset, long length) {
    Arena.Reservation reservation = reserve(kind, offset, length);
    arena.fill(reservation);
    publish(reservation, true);
  }

  /**
   * Waits for room. The reservation belongs to the cut that is active now, which can't settle
   * before it is published.
   */
  private Arena.Reservation reserve(Arena.Kind kind, long offset, long length) {
    long seen = room.version();
    Arena.Reservation reservation = tryReserve(kind, offset, length);
    if (reservation != null) {
      return reservation;
    }
    waiting.enter();
    try {
      while (true) {
        wake.raise();
        room.await(seen);
        seen = room.version();
        reservation = tryReserve(kind, offset, length);
        if (reservation != null) {
          return reservation;
        }
      }
    } finally {
      waiting.leave();
    }
  }

  private Arena.@Nullable Reservation tryReserve(Arena.Kind kind, long offset, long length) {
    synchronized (lock) {
      checkWritable();
      if (closing) {
        throw new InvalidRequest("the image is being closed");
      }
      if (active.isFull(options.cuts())) {
        return null;
      }
      Arena.Reservation reservation = arena.reserve(kind, offset, length);
      if (reservation != null) {
        begin(reservation);
      }
      return reservation;
    }
  }

  private void begin(Arena.Reservation reservation) {
    boolean first = !active.isDirty();
    active.pending++;
    active.lastSequence = reservation.sequence();
    if (first) {
      active.sinceNanos = execution.nanoTime();
    }
    if (first || arena.activeSegments() >= commitAtSegments()) {
      wake.raise();
    }
  }

  private void publish(Arena.Reservation reservation, boolean filled) {
    List<EarlyUploads.Early> complete = List.of();
    synchronized (lock) {
      // a reservation made before a freeze belongs to the frozen cut
      Cut cut = frozen != null && reservation.sequence() <= frozen.lastSequence ? frozen : active;
      if (filled) {
        enter(cut, reservation);
        if (cut == active && reservation.kind() == Arena.Kind.WRITE) {
          complete = committer.early().written(cut, reservation);
        }
      }
      if (--cut.pending == 0 && cut == frozen) {
        settled.raise();
      }
    }
    committer.early().begin(complete);
  }

  private void enter(Cut cut, Arena.Reservation record) {
    long end = record.offset() + record.length();
    switch (record.kind()) {
      case WRITE ->
          cut.index.insert(
              new DirtyIndex.Run(
                  record.offset(), end, record.sequence(), record.segment(), record.position()));
      case ZERO, DISCARD ->
          cut.index.insert(
              new DirtyIndex.Run(record.offset(), end, record.sequence(), DirtyIndex.Run.ZEROS, 0));
      case SIZE -> {}
    }
    if (record.kind() != Arena.Kind.SIZE) {
      cut.notePartial(record.offset(), end);
    }
    cut.sizeBytes = Math.max(cut.sizeBytes, end);
    sizeBytes = Math.max(sizeBytes, end);
    active.sizeBytes = Math.max(active.sizeBytes, sizeBytes);
  }

  // ---- committing

  @Override
  public void flush() {
    long target;
    synchronized (lock) {
      checkWritable();
      target = arena.sequence();
    }
    commitUpTo(target, CommitCause.FLUSH);
  }

  /**
   * Makes durable what was written before, then appends a control record as the owner: one request.
   * {@code legalAtTail} gets the state that the record would follow, its pins fetched.
   *
   * @throws io.s3shard.error.VolumeBusy if the record may not stand; as {@link #flush}
   */
  public Appended append(Function<VolumeState, LogRecord> legalAtTail) {
    flush();
    try {
      return committer.append(legalAtTail);
    } catch (Fenced | Poisoned | StoreUnavailable unknown) {
      fail(unknown);
      throw unknown;
    }
  }

  /** Returns when {@code target} is committed: by ourselves, or by somebody who commits already. */
  private void commitUpTo(long target, CommitCause cause) {
    while (true) {
      long seen = progress.version();
      boolean mine;
      synchronized (lock) {
        checkWritable();
        if (committedSequence >= target) {
          return;
        }
        mine = !committing;
        committing = true;
      }
      if (mine) {
        if (cause == CommitCause.FLUSH) {
          awaitPace();
        }
        commitAlone(cause);
      } else {
        progress.await(seen);
      }
    }
  }

  /**
   * Waits as long as the user wants flushes apart, but no longer than what is dirty may wait
   * anyway, nor while somebody needs the room that the COMMIT will free, nor at a close.
   */
  private void awaitPace() {
    while (true) {
      long seen = wake.version();
      Duration left;
      synchronized (lock) {
        left = pace.left();
        if (closing || state != State.OPEN || isDue() || left.isZero() || left.isNegative()) {
          return;
        }
        Duration interval = untilInterval();
        left = left.compareTo(interval) < 0 ? left : interval;
      }
      wake.await(seen, left);
    }
  }

  /** One COMMIT. Whoever calls has set {@link #committing}. */
  private void commitAlone(CommitCause cause) {
    try {
      Cut cut = freeze();
      if (cut.isDirty() || committer.hasCheckpoint()) {
        Committer.Done done = committer.commit(cut, cause);
        synchronized (lock) {
          done.install();
          sizeBytes = Math.max(sizeBytes, committer.sizeInLog());
          frozen = null;
          committedSequence = Math.max(committedSequence, cut.lastSequence);
          arena.free(cut.segments);
        }
        committer.afterwards();
      } else {
        synchronized (lock) {
          arena.free(cut.segments);
          frozen = null;
        }
      }
    } catch (Damaged e) {
      fail(becauseFenced(e));
    } catch (S3ShardException e) {
      fail(e);
    } catch (RuntimeException | Error e) {
      LOG.error("a commit failed by a fault of s3shard itself", e);
      fail(
          new Poisoned(
              "the volume stopped writing after an internal error: " + e + "; open it again", e));
    } finally {
      synchronized (lock) {
        committing = false;
      }
      progress.raise();
      room.raise();
      wake.raise();
    }
  }

  /** Swaps in an empty cut, and waits until the old one is settled. */
  private Cut freeze() {
    Cut cut;
    synchronized (lock) {
      cut = active;
      cut.sizeBytes = sizeBytes;
      frozen = cut;
      active = new Cut(sizeBytes);
      cut.segments = arena.cut();
      if (cut.isDirty()) {
        pace.begins();
      }
    }
    room.raise();
    while (true) {
      long seen = settled.version();
      synchronized (lock) {
        if (cut.pending == 0) {
          return cut;
        }
      }
      settled.await(seen);
    }
  }

  /**
   * Marks the arena before anybody hears of the failure: what it holds must never be replayed after
   * that.
   */
  private void fail(S3ShardException cause) {
    boolean fenced = cause instanceof Fenced;
    synchronized (lock) {
      if (state == State.CLOSED || state == State.FENCED || state == State.POISONED && !fenced) {
        return;
      }
      arena.header().mark(fenced ? ArenaHeader.State.FENCED : ArenaHeader.State.POISONED);
      state = fenced ? State.FENCED : State.POISONED;
      failure = cause;
    }
    LOG.error("{}", cause.getMessage());
    committer.endUpkeep();
    progress.raise();
    room.raise();
    wake.raise();
  }

  private int commitAtSegments() {
    return Math.max(2, arena.fairShare() / 2);
  }

  /**
   * The background commit: by age, by amount, when a writer waits, when a checkpoint is ready.
   * Idle, it sleeps.
   */
  private @Nullable Void commitNowAndThen() {
    while (true) {
      long seen = wake.version();
      boolean due = false;
      Duration wait = null;
      synchronized (lock) {
        if (closing || state != State.OPEN) {
          return null;
        }
        if (!committing) {
          due = committer.hasCheckpoint() || active.isDirty() && isDue();
          if (due) {
            committing = true;
          } else if (active.isDirty()) {
            wait = untilInterval();
          }
        }
      }
      if (due) {
        commitAlone(CommitCause.INTERVAL);
      } else if (wait != null) {
        wake.await(seen, wait);
      } else {
        wake.await(seen);
      }
    }
  }

  /** Under the lock: whether what is dirty must be committed although nobody has asked for it. */
  private boolean isDue() {
    return untilInterval().toNanos() <= 0
        || waiting.count() > 0
        || arena.activeSegments() >= commitAtSegments();
  }

  private Duration untilInterval() {
    return options.commitInterval().minusNanos(execution.nanoTime() - active.sinceNanos);
  }

  // ---- states

  private void checkReadable() {
    switch (state) {
      case OPEN, POISONED -> {}
      case FENCED -> throw new Fenced(message(), failure);
      case CLOSED -> throw new InvalidRequest("the image is closed");
    }
  }

  private void checkWritable() {
    switch (state) {
      case OPEN -> {}
      case POISONED ->
          throw new Poisoned(
              "writing has stopped after a failed flush; open the volume again: " + message(),
              failure);
      case FENCED -> throw new Fenced(message(), failure);
      case CLOSED -> throw new InvalidRequest("the image is closed");
    }
  }

  private String message() {
    return failure == null ? "" : String.valueOf(failure.getMessage());
  }

  /** What the image is doing, for {@code stats} and metrics. */
  public ImageStatus status() {
    synchronized (lock) {
      long oldest = frozen != null && frozen.isDirty() ? frozen.sinceNanos : active.sinceNanos;
      boolean dirty = active.isDirty() || frozen != null && frozen.isDirty();
      return new ImageStatus(
          state == State.OPEN
              ? committer.isHeld() ? "held" : "open"
              : state.name().toLowerCase(Locale.ROOT),
          sizeBytes,
          arena.sequence() - committedSequence,
          arena.usedBytes(),
          dirty ? Duration.ofNanos(execution.nanoTime() - oldest) : Duration.ZERO,
          waiting.count(),
          committer.commits(),
          committer.committedBytes(),
          committer.commitsSinceCheckpoint(),
          committer.early().begun(),
          committer.early().stale(),
          committer.space());
    }
  }

  /** Where the arena is, for people: what is kept if the bucket is away for good. */
  public String arenaLocation() {
    return arena.location();
  }

  @Override
  public void close() {
    synchronized (lock) {
      if (state == State.CLOSED || closing) {
        return;
      }
      closing = true;
    }
    wake.raise();
    room.raise();
    committer.stopUpkeep();
    background.join();
    RuntimeException broken = null;
    try {
      flush();
      committer.checkpointNow(this::commitCheckpoint);
      committer.closeEpoch();
    } catch (RuntimeException e) {
      broken = e;
    }
    synchronized (lock) {
      state = State.CLOSED;
    }
    committer.stop();
    maps.closed(committed);
    room.raise();
    if (broken == null) {
      arena.delete();
    } else {
      arena.abandon();
      throw broken;
    }
  }

  private void commitCheckpoint() {
    while (true) {
      long seen = progress.version();
      boolean mine;
      synchronized (lock) {
        checkWritable();
        mine = !committing;
        committing = true;
      }
      if (mine) {
        break;
      }
      progress.await(seen);
    }
    commitAlone(CommitCause.CLOSE);
    synchronized (lock) {
      checkWritable();
    }
  }
}
