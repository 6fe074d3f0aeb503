package io.s3shard.volume;

import com.google.protobuf.InvalidProtocolBufferException;
import io.s3shard.error.Damaged;
import io.s3shard.error.ObjectMissing;
import io.s3shard.execution.Execution;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.VolumeId;
import io.s3shard.proto.v1.LogRecord;
import io.s3shard.store.ListedObject;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Deletes what a retired volume without pins still takes up: its data, its map, and its COMMITs.
 * Control records stay, so that no late put can find an empty slot and bring the volume back; so
 * does everything from the newest record that carries the state, which is where a load begins. It
 * can be cut off anywhere and begun again.
 */
public final class Reaper {
  /** The most that one request deletes. */
  private static final int BATCH = 1000;

  private final ObjectStore store;
  private final Execution execution;

  Reaper(ObjectStore store, Execution execution) {
    this.store = store;
    this.execution = execution;
  }

  /** What was deleted. */
  public record Reaped(long objects, long bytes) {
    static final Reaped NOTHING = new Reaped(0, 0);

    Reaped plus(Reaped other) {
      return new Reaped(objects + other.objects, bytes + other.bytes);
    }
  }

  Reaped reap(VolumeId id) {
    return reapFolder(Layout.dataFolder(id))
        .plus(reapFolder(Layout.mapFolder(id)))
        .plus(reapCommits(id));
  }

  private Reaped reapFolder(String folder) {
    Reaped reaped = Reaped.NOTHING;
    @Nullable String after = null;
    while (true) {
      List<ListedObject> page = store.list(folder, after, BATCH, Purpose.BACKGROUND);
      reaped = reaped.plus(delete(page));
      if (page.size() < BATCH) {
        return reaped;
      }
      after = page.getLast().key().value();
    }
  }

  private Reaped reapCommits(VolumeId id) {
    Reaped reaped = new Reaped(0, 0);
    boolean stateSeen = false;
    @Nullable String after = null;
    while (true) {
      List<ListedObject> page = store.list(Layout.logFolder(id), after, BATCH, Purpose.BACKGROUND);
      List<RecordKind> kinds =
          new Bounded(execution).map("read log", page, object -> kind(object.key()));
      List<ListedObject> commits = new ArrayList<>();
      for (int i = 0; i < page.size(); i++) {
        if (stateSeen && kinds.get(i).isCommit()) {
          commits.add(page.get(i));
        }
        stateSeen |= kinds.get(i).carriesState();
      }
      reaped = reaped.plus(delete(commits));
      if (page.size() < BATCH) {
        return reaped;
      }
      after = page.getLast().key().value();
    }
  }

  private record RecordKind(boolean isCommit, boolean carriesState) {}

  private RecordKind kind(ObjectKey key) {
    try {
      var record =
          ObjectFormat.decode(
              ObjectFormat.Kind.LOG_RECORD, key, store.get(key, Purpose.BACKGROUND).body());
      LogRecord metadata = LogRecord.parseFrom(record.metadata());
      return new RecordKind(
          metadata.getKindCase() == LogRecord.KindCase.COMMIT, metadata.hasControl());
    } catch (ObjectMissing deletedByAnother) {
      return new RecordKind(false, false);
    } catch (InvalidProtocolBufferException e) {
      throw new Damaged("object " + key + " is damaged: its metadata is no log record", e);
    }
  }

  private Reaped delete(List<ListedObject> objects) {
    if (objects.isEmpty()) {
      return new Reaped(0, 0);
    }
    store.delete(objects.stream().map(ListedObject::key).toList(), Purpose.BACKGROUND);
    return new Reaped(objects.size(), objects.stream().mapToLong(ListedObject::sizeBytes).sum());
  }
}
