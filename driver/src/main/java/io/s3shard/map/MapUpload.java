package io.s3shard.map;

import io.s3shard.format.ObjectRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The objects of a checkpoint on their way out, some at a time. */
final class MapUpload {
  /** So many pages are in memory at once, encoded: 2 MiB. */
  static final int BATCH_OBJECTS = 8;

  private final MapNames names;
  private final Consumer<List<EncodedObject>> upload;
  private final long keepBytes;
  private final List<EncodedObject> batch = new ArrayList<>();
  private final Map<ObjectRef, Page> kept = new LinkedHashMap<>();
  private long bytes;

  /** {@code keepBytes}: of the pages so much memory is kept, as if they had been loaded. */
  MapUpload(MapNames names, Consumer<List<EncodedObject>> upload, long keepBytes) {
    this.names = names;
    this.upload = upload;
    this.keepBytes = keepBytes;
  }

  ObjectRef page(Page page) {
    ObjectRef ref = names.next();
    add(new EncodedObject(ref, MapCodec.encodePage(ref, page)));
    bytes += page.memoryBytes();
    if (bytes <= keepBytes) {
      kept.put(ref, page);
    }
    return ref;
  }

  ObjectRef delta(Page page) {
    ObjectRef ref = names.next();
    add(new EncodedObject(ref, MapCodec.encodePage(ref, page)));
    return ref;
  }

  /** The last. */
  ObjectRef root(Root root) {
    ObjectRef ref = names.next();
    add(new EncodedObject(ref, MapCodec.encodeRoot(ref, root)));
    send();
    return ref;
  }

  private void add(EncodedObject object) {
    batch.add(object);
    if (batch.size() == BATCH_OBJECTS) {
      send();
    }
  }

  private void send() {
    if (!batch.isEmpty()) {
      upload.accept(List.copyOf(batch));
    }
    batch.clear();
  }

  Map<ObjectRef, Page> kept() {
    return kept;
  }
}
