package io.s3shard.map;

import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How the content of a chunk is said as an entry: with the base that leaves the fewest blocks to
 * groups.
 */
final class EntryShape {
  /** So many holes are less than a group more. */
  private static final int HOLES_FREE = 16;

  private final long chunk;
  private final long origin;
  private final List<Piece> content;
  private final Predicate<ObjectRef> emptied;

  /**
   * {@code content}: pieces of the image that cover the chunk exactly. {@code emptied}: what lies
   * in these objects must go elsewhere; as what is inline always must.
   */
  EntryShape(long chunk, int chunkBlocks, List<Piece> content, Predicate<ObjectRef> emptied) {
    this.chunk = chunk;
    this.origin = chunk * chunkBlocks;
    this.content = content;
    this.emptied = emptied;
  }

  /**
   * What a checkpoint does with a chunk: its base (null: none), and the runs that are to be
   * gathered first. They lie together then, so they become one group. {@code groups}, {@code
   * overlayBlocks}: what there is beside the base then.
   */
  record Plan(@Nullable Base base, List<Piece> gather, int groups, long overlayBlocks) {
    /** How many blocks are copied that are not inline. */
    long mergedBlocks() {
      return blocks(gather.stream().filter(piece -> !isInline(piece)).toList());
    }
  }

  /** All that is stored is gathered. */
  Plan together() {
    List<Piece> stored =
        content.stream().filter(piece -> piece.source() instanceof Extent.Source.InObject).toList();
    return new Plan(null, stored, 1, blocks(stored));
  }

  /** {@code before}: the base that the chunk has now. */
  Plan plan(@Nullable Base before) {
    Base chosen = null;
    List<Piece> overlay = List.of();
    long least = Long.MAX_VALUE;
    boolean fits = false;
    for (@Nullable Base base : candidates(before)) {
      List<Piece> rest = overlay(base);
      if (fits && blocks(rest) >= least) {
        continue;
      }
      boolean restFits = groupsOnceGathered(rest) <= ChunkEntry.MAX_GROUPS;
      if (restFits || !fits && blocks(rest) < least) {
        chosen = base;
        overlay = rest;
        least = blocks(rest);
        fits = restFits;
      }
    }
    BitSet small = fits ? new BitSet() : smallGroups(overlay);
    List<Piece> gather = new ArrayList<>();
    List<Piece> stays = new ArrayList<>();
    for (Piece piece : overlay) {
      (mustGo(piece) || small.get(number(piece)) ? gather : stays).add(piece);
    }
    int groups = groups(stays).size() + (gather.isEmpty() ? 0 : 1);
    return new Plan(chosen, gather, groups, blocks(overlay));
  }

  /**
   * The blocks of the groups that must go so that the rest is few enough, the smallest first; and
   * of more, as long as they are not larger than all before together: so a block is copied again
   * only when what it lies in doubles.
   */
  private BitSet smallGroups(List<Piece> overlay) {
    List<Group> groups = groups(overlay.stream().filter(piece -> !mustGo(piece)).toList());
    int excess = groups.size() + 1 - ChunkEntry.MAX_GROUPS;
    groups.removeIf(group -> group.source() instanceof Extent.Source.Zeros);
    groups.sort(Comparator.comparingInt(group -> group.blocks().count()));
    long together = blocks(overlay.stream().filter(this::mustGo).toList());
    BitSet gathered = new BitSet();
    for (Group group : groups) {
      if (excess <= 0 && group.blocks().count() > together) {
        break;
      }
      for (int i = 0; i < group.blocks().size(); i++) {
        gathered.set(group.blocks().get(i));
      }
      together += group.blocks().count();
      excess--;
    }
    return gathered;
  }

  /**
   * The entry, now that nothing is inline. {@code planned}: a base with which it has few enough
   * groups.
   */
  ChunkEntry entry(@Nullable Base planned) {
    Base chosen = planned;
    if (chosen != null && !shows(chosen)) {
      chosen = null;
    }
    List<Piece> overlay = overlay(chosen);
    List<Group> groups = groups(overlay);
    Base aligned = aligned();
    if (aligned != null && !aligned.equals(chosen)) {
      List<Piece> rest = overlay(aligned);
      if (blocks(rest) < blocks(overlay) && groups(rest).size() <= ChunkEntry.MAX_GROUPS) {
        chosen = aligned;
        groups = groups(rest);
      }
    }
    return new ChunkEntry(chunk, chosen, groups);
  }

  /** Whether any block of the chunk lies in its place in {@code base}. */
  private boolean shows(Base base) {
    return content.stream().anyMatch(piece -> isInPlace(piece, base));
  }

  private boolean isInPlace(Piece piece, Base base) {
    return piece.source() instanceof Extent.Source.InObject in
        && in.object().equals(base.object())
        && in.firstBlock() - (piece.range().first() - origin) == base.firstBlock();
  }

  private List<@Nullable Base> candidates(@Nullable Base before) {
    List<@Nullable Base> candidates = new ArrayList<>();
    if (before != null && shows(before) && !emptied.test(before.object())) {
      candidates.add(before);
    }
    Base aligned = aligned();
    if (aligned != null && !aligned.equals(before)) {
      candidates.add(aligned);
    }
    candidates.add(null);
    return candidates;
  }

  /**
   * The object and position from which most blocks of the chunk lie in their places; null if
   * nothing does.
   */
  private @Nullable Base aligned() {
    Map<Base, Long> inPlace = new LinkedHashMap<>();
    Base best = null;
    long most = 0;
    for (Piece piece : content) {
      if (piece.source() instanceof Extent.Source.InObject in && !mustGo(piece)) {
        long first = in.firstBlock() - (piece.range().first() - origin);
        if (first < 0) {
          continue;
        }
        Base base = new Base(in.object(), Math.toIntExact(first));
        long count = inPlace.merge(base, piece.range().count(), Long::sum);
        if (count > most) {
          most = count;
          best = base;
        }
      }
    }
    return best;
  }

  /** What {@code base} does not say, or says wrongly. */
  private List<Piece> overlay(@Nullable Base base) {
    Pieces rest = new Pieces();
    for (Piece piece : content) {
      long first = piece.range().first();
      long end = piece.range().end();
      switch (piece.source()) {
        case Extent.Source.Zeros zeros -> {
          long baseEnd = base == null ? origin : origin + base.available();
          rest.add(first, Math.max(first, Math.min(end, baseEnd)), zeros);
        }
        case Extent.Source.InObject in -> {
          if (base == null || !isInPlace(piece, base)) {
            rest.add(first, end, in);
          }
        }
      }
    }
    return rest.take();
  }

  private int groupsOnceGathered(List<Piece> overlay) {
    List<Piece> stays = overlay.stream().filter(piece -> !mustGo(piece)).toList();
    return groups(stays).size() + (stays.size() < overlay.size() ? 1 : 0);
  }

  private List<Group> groups(List<Piece> overlay) {
    CharColumn zeros = new CharColumn();
    Map<ObjectRef, List<Piece>> stored = new LinkedHashMap<>();
    for (Piece piece : overlay) {
      switch (piece.source()) {
        case Extent.Source.Zeros none -> number(piece, zeros);
        case Extent.Source.InObject in ->
            stored.computeIfAbsent(in.object(), object -> new ArrayList<>()).add(piece);
      }
    }
    List<Group> groups = new ArrayList<>();
    if (zeros.size() > 0) {
      groups.add(new Group(Extent.Source.ZEROS, BlockNumbers.of(zeros.toArray())));
    }
    stored.values().forEach(pieces -> chain(pieces, groups));
    groups.sort(Comparator.comparingInt(group -> group.blocks().get(0)));
    return groups;
  }

  /**
   * Makes groups of the pieces of one object: each goes on while the next block of the object is
   * further on in the chunk. What was overwritten in between are holes, as long as they are not
   * more than the blocks.
   */
  private void chain(List<Piece> pieces, List<Group> groups) {
    pieces.sort(Comparator.comparingLong(EntryShape::position));
    int i = 0;
    while (i < pieces.size()) {
      Piece start = pieces.get(i);
      CharColumn numbers = new CharColumn();
      number(start, numbers);
      long holes = 0;
      Piece last = start;
      for (i++; i < pieces.size(); i++) {
        Piece next = pieces.get(i);
        long gap = position(next) - position(last) - last.range().count();
        boolean rises = next.range().first() >= last.range().end();
        if (!rises || gap < 0 || holes + gap > numbers.size() - holes + HOLES_FREE) {
          break;
        }
        holes += gap;
        numbers.repeat(gap);
        number(next, numbers);
        last = next;
      }
      groups.add(new Group(start.source(), BlockNumbers.of(numbers.toArray())));
    }
  }

  /** The number in the chunk of its first block. */
  private int number(Piece piece) {
    return (int) (piece.range().first() - origin);
  }

  private void number(Piece piece, CharColumn numbers) {
    for (long block = piece.range().first(); block < piece.range().end(); block++) {
      numbers.add((char) (block - origin));
    }
  }

  private static long position(Piece piece) {
    return piece.source() instanceof Extent.Source.InObject in ? in.firstBlock() : 0;
  }

  private static long blocks(List<Piece> pieces) {
    return pieces.stream().mapToLong(piece -> piece.range().count()).sum();
  }

  private boolean mustGo(Piece piece) {
    return isInline(piece)
        || piece.source() instanceof Extent.Source.InObject in && emptied.test(in.object());
  }

  private static boolean isInline(Piece piece) {
    return piece.source() instanceof Extent.Source.InObject in
        && in.object().kind() == ObjectRef.Kind.LOG;
  }
}
