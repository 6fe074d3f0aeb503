package io.s3shard.volume;

import com.google.protobuf.InvalidProtocolBufferException;
import io.s3shard.error.Damaged;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.format.Layout;
import io.s3shard.format.NameKey;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.VolumeId;
import io.s3shard.proto.v1.NameEntry;
import io.s3shard.store.Body;
import io.s3shard.store.ListedObject;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The entries {@code names/…}: which volume a name means. An index only: an entry whose volume is
 * retired, or has another name, is stale and means nothing.
 *
 * <p>A name has a small log of its own, one entry a generation ({@link NameKey}), each made by
 * put-if-absent: even ones say which volume the name means, odd ones that it is free. The newest is
 * never deleted, so no key is used twice, and a DELETE that comes late, or twice, hits only what
 * was superseded. A put that comes late into a generation that was deleted lies below the newest,
 * and means nothing.
 */
final class NameIndex {
  private static final int PAGE = 1000;

  /** A name whose entries were deleted while they were read is looked at so often. */
  private static final int TRIES = 8;

  private final ObjectStore store;

  NameIndex(ObjectStore store) {
    this.store = store;
  }

  /**
   * The newest entry of a name. {@code volume}: empty if the name is free.
   *
   * @param generation -1: the name was never used
   * @param superseded keys of older entries, some of which may be gone
   */
  record Newest(
      String name, long generation, Optional<VolumeId> volume, List<ObjectKey> superseded) {
    boolean means(VolumeId id) {
      return volume.filter(id::equals).isPresent();
    }

    private NameKey next() {
      return new NameKey(name, generation + 1);
    }
  }

  /** What the first entry says, stale or not: one request. Most names have no other. */
  Optional<VolumeId> first(String name) {
    return get(new NameKey(name, 0));
  }

  /** What the newest entry says, stale or not, if it is not the first: two requests. */
  Optional<VolumeId> later(String name) {
    return keysOfLater(name).isEmpty() ? Optional.empty() : newest(name).volume();
  }

  private List<NameKey> keysOfLater(String name) {
    return store.list(NameKey.later(name), null, PAGE, Purpose.MAP).stream()
        .flatMap(object -> NameKey.of(object.key()).stream())
        .toList();
  }

  /** The newest entry, stale or not: two requests. */
  Newest newest(String name) {
    for (int i = 0; i < TRIES; i++) {
      List<NameKey> later = keysOfLater(name);
      NameKey newest = later.isEmpty() ? new NameKey(name, 0) : later.getFirst();
      Optional<VolumeId> volume = newest.isFree() ? Optional.empty() : get(newest);
      if (newest.isFree() || volume.isPresent()) {
        return new Newest(name, newest.generation(), volume, superseded(newest, later));
      }
      if (newest.generation() == 0) {
        return new Newest(name, -1, Optional.empty(), List.of());
      }
    }
    throw beingChanged(name);
  }

  private static List<ObjectKey> superseded(NameKey newest, List<NameKey> later) {
    return newest.generation() == 0
        ? List.of()
        : Stream.concat(later.stream().skip(1), Stream.of(new NameKey(newest.name(), 0)))
            .map(NameKey::key)
            .toList();
  }

  /** What the newest entry says, stale or not: two requests. */
  Optional<VolumeId> read(String name) {
    return newest(name).volume();
  }

  boolean means(String name, VolumeId id) {
    return newest(name).means(id);
  }

  /**
   * Makes the name mean {@code id} if it is free. False: it is another volume's, or it is not known
   * what became of the put. Once true, only {@link #free} ends it.
   */
  boolean claim(String name, VolumeId id) {
    // of a name that was used before this is no more than an entry below the newest
    NameKey first = new NameKey(name, 0);
    if (put(first, id.value()) == PutOutcome.WON && keysOfLater(name).isEmpty()) {
      return true;
    }
    Newest before = newest(name);
    if (before.volume().isPresent()) {
      return before.means(id);
    }
    return put(before.next(), id.value()) != PutOutcome.LOST && means(name, id);
  }

  /** Frees the name if it means this volume. */
  void free(String name, VolumeId id) {
    for (int i = 0; i < TRIES; i++) {
      Newest before = newest(name);
      if (!before.means(id)) {
        return;
      }
      if (put(before.next(), "") != PutOutcome.UNKNOWN) {
        List<ObjectKey> dead = new ArrayList<>(before.superseded());
        dead.add(new NameKey(name, before.generation()).key());
        store.delete(dead, Purpose.MAP);
        return;
      }
    }
    throw beingChanged(name);
  }

  /** All names that mean a volume, in byte order of their UTF-8; stale ones too. */
  List<String> names() {
    Map<ObjectKey, NameKey> newest = new TreeMap<>();
    @Nullable String after = null;
    while (true) {
      List<ListedObject> page = store.list(Layout.NAMES, after, PAGE, Purpose.MAP);
      for (ListedObject object : page) {
        NameKey.of(object.key())
            .ifPresent(key -> newest.merge(Layout.name(key.name()), key, NameIndex::newer));
      }
      if (page.size() < PAGE) {
        return newest.values().stream().filter(key -> !key.isFree()).map(NameKey::name).toList();
      }
      after = page.getLast().key().value();
    }
  }

  private static NameKey newer(NameKey one, NameKey other) {
    return one.generation() > other.generation() ? one : other;
  }

  private PutOutcome put(NameKey entry, String volume) {
    byte[] metadata = NameEntry.newBuilder().setVolumeId(volume).build().toByteArray();
    Body body = ObjectFormat.encode(ObjectFormat.Kind.NAME, entry.key(), List.of(), metadata);
    return store.putIfAbsent(entry.key(), body, Purpose.MAP);
  }

  /** Empty: there is no such entry. */
  private Optional<VolumeId> get(NameKey entry) {
    ObjectKey key = entry.key();
    try {
      var decoded =
          ObjectFormat.decode(ObjectFormat.Kind.NAME, key, store.get(key, Purpose.MAP).body());
      String id = NameEntry.parseFrom(decoded.metadata()).getVolumeId();
      if (!VolumeId.isValid(id)) {
        throw new Damaged("object " + key + " is damaged: it names no volume");
      }
      return Optional.of(new VolumeId(id));
    } catch (ObjectMissing nothing) {
      return Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      throw new Damaged("object " + key + " is damaged: its metadata is no name entry", e);
    }
  }

  private static StoreUnavailable beingChanged(String name) {
    return new StoreUnavailable(
        "the name \"" + name + "\" is being taken or given up by others: try again");
  }
}
