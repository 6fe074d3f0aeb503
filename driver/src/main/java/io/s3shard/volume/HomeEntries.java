package io.s3shard.volume;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.s3shard.error.Damaged;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.format.ObjectFormat;
import io.s3shard.store.Body;
import io.s3shard.store.ListedObject;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The small objects of a home prefix, each one message. */
final class HomeEntries {
  private static final int PAGE = 1000;

  private final ObjectStore store;

  HomeEntries(ObjectStore store) {
    this.store = store;
  }

  /**
   * Makes an entry unless there is one. False: there was one, which may say the same.
   *
   * @throws StoreUnavailable if it is not known whether it was made
   */
  boolean make(ObjectKey key, MessageLite entry) {
    return switch (store.putIfAbsent(key, body(key, entry), Purpose.MAP)) {
      case WON -> true;
      case LOST -> false;
      case UNKNOWN -> {
        if (read(key).isEmpty()) {
          throw new StoreUnavailable(
              "it is not known whether " + key + " was written: the answer was lost; try again");
        }
        yield false;
      }
    };
  }

  /** For what has one writer at a time. */
  void replace(ObjectKey key, MessageLite entry) {
    store.put(key, body(key, entry), Purpose.MAP);
  }

  void remove(ObjectKey key) {
    store.delete(List.of(key), Purpose.MAP);
  }

  <T> Optional<T> read(ObjectKey key, Parser<T> parser) {
    Optional<ByteBuffer> metadata = read(key);
    try {
      return metadata.isEmpty() ? Optional.empty() : Optional.of(parser.parseFrom(metadata.get()));
    } catch (InvalidProtocolBufferException e) {
      throw new Damaged("object " + key + " is damaged: its metadata is not what its name says", e);
    }
  }

  private Optional<ByteBuffer> read(ObjectKey key) {
    try {
      var there = store.get(key, Purpose.MAP);
      return Optional.of(ObjectFormat.decode(ObjectFormat.Kind.HINT, key, there.body()).metadata());
    } catch (ObjectMissing e) {
      return Optional.empty();
    }
  }

  /** The names of all entries in a folder, sorted. */
  List<String> names(String folder) {
    List<String> names = new ArrayList<>();
    @Nullable String after = null;
    while (true) {
      List<String> page = names(folder, after, PAGE);
      names.addAll(page);
      if (page.size() < PAGE) {
        return names;
      }
      after = page.getLast();
    }
  }

  /** The next names in a folder after {@code after}, sorted; null: the first. One request. */
  List<String> names(String folder, @Nullable String after, int limit) {
    @Nullable String from = after == null ? null : folder + after;
    return store.list(folder, from, limit, Purpose.MAP).stream()
        .map(ListedObject::key)
        .map(key -> key.value().substring(folder.length()))
        .toList();
  }

  private static Body body(ObjectKey key, MessageLite entry) {
    return ObjectFormat.encode(ObjectFormat.Kind.HINT, key, List.of(), entry.toByteArray());
  }
}
