package io.s3shard.volume;

import com.google.protobuf.InvalidProtocolBufferException;
import io.s3shard.error.Damaged;
import io.s3shard.error.ObjectMissing;
import io.s3shard.format.Layout;
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
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The entries {@code names/<name>}: which volume a name means. An index only: an entry whose volume
 * is retired, or has another name, is stale and means nothing.
 */
final class NameIndex {
  private static final int PAGE = 1000;

  private final ObjectStore store;

  NameIndex(ObjectStore store) {
    this.store = store;
  }

  /**
   * What the entry says, stale or not. @throws io.s3shard.error.InvalidRequest if it can be no
   * volume's name
   */
  Optional<VolumeId> read(String name) {
    ObjectKey key = Layout.name(name);
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

  /**
   * Makes the entry unless there is one. False: it is another volume's, or it is not known what
   * became of the put.
   */
  boolean claim(String name, VolumeId id) {
    ObjectKey key = Layout.name(name);
    byte[] entry = NameEntry.newBuilder().setVolumeId(id.value()).build().toByteArray();
    Body body = ObjectFormat.encode(ObjectFormat.Kind.NAME, key, List.of(), entry);
    return store.putIfAbsent(key, body, Purpose.MAP) == PutOutcome.WON || means(name, id);
  }

  boolean means(String name, VolumeId id) {
    return read(name).filter(id::equals).isPresent();
  }

  /** Deletes the entry if it is this volume's. */
  void remove(String name, VolumeId id) {
    if (means(name, id)) {
      store.delete(List.of(Layout.name(name)), Purpose.MAP);
    }
  }

  /** All names in byte order of their keys, stale ones too. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    @Nullable String after = null;
    while (true) {
      List<ListedObject> page = store.list(Layout.NAMES, after, PAGE, Purpose.MAP);
      page.forEach(object -> Layout.nameOf(object.key()).ifPresent(names::add));
      if (page.size() < PAGE) {
        return names;
      }
      after = page.getLast().key().value();
    }
  }
}
