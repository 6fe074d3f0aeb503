package io.s3shard.image;

import io.s3shard.error.S3ShardException;
import io.s3shard.execution.Execution;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.ObjectRef;
import io.s3shard.store.Body;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts data and map objects into the bucket, some at a time, and takes dead ones away. */
final class Uploader {
  private static final Logger LOG = LoggerFactory.getLogger(Uploader.class);

  /** Keys in one delete request. */
  private static final int DELETE_BATCH = 500;

  private final ObjectStore store;
  private final BlockReader reader;
  private final Execution execution;
  private final int width;

  Uploader(ObjectStore store, BlockReader reader, Execution execution, int width) {
    this.store = store;
    this.reader = reader;
    this.execution = execution;
    this.width = width;
  }

  /** Returns when all are in the bucket. */
  void data(List<CommitPlan.Upload> uploads, Purpose purpose) {
    List<Runnable> work = new ArrayList<>();
    for (CommitPlan.Upload upload : uploads) {
      work.add(() -> data(upload, purpose));
    }
    run(work);
  }

  void data(CommitPlan.Upload upload, Purpose purpose) {
    ObjectKey key = upload.object().key();
    Body body = ObjectFormat.encode(ObjectFormat.Kind.DATA, key, upload.payload(), new byte[0]);
    store.put(key, body, purpose);
    // what was just written is often read next; nobody can be misled by it before it is committed
    reader.keep(upload.object(), body);
  }

  void put(ObjectRef object, Body body, Purpose purpose) {
    store.put(object.key(), body, purpose);
  }

  void run(List<? extends Runnable> work) {
    if (!work.isEmpty()) {
      Parallel.run(execution, "upload", width, work);
    }
  }

  /**
   * Deletes what nobody can need. What can't be deleted now is left to a sweep: it costs room, no
   * more.
   */
  void delete(List<ObjectKey> dead) {
    try {
      for (int from = 0; from < dead.size(); from += DELETE_BATCH) {
        store.delete(
            dead.subList(from, Math.min(dead.size(), from + DELETE_BATCH)), Purpose.BACKGROUND);
      }
    } catch (S3ShardException e) {
      LOG.warn("{} dead objects stay in the bucket: {}", dead.size(), e.getMessage());
    }
  }
}
