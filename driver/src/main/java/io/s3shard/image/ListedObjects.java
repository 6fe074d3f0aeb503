package io.s3shard.image;

import io.s3shard.cache.Frame;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.map.Piece;
import io.s3shard.store.ListedObject;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Looks whether objects are in a listing, and as long as their blocks need. An object that is not
 * is looked for in a new one: the volume may be written to.
 */
final class ListedObjects implements DataCheck {
  private static final int PAGE = 1000;

  private final ObjectStore store;
  private final Map<ObjectKey, Long> sizes = new HashMap<>();

  ListedObjects(ObjectStore store) {
    this.store = store;
  }

  @Override
  public Map<Frame, String> bad(List<Piece> pieces) {
    Set<VolumeId> listed = new HashSet<>();
    Map<Frame, String> bad = new HashMap<>();
    for (Frame frame : DataCheck.frames(pieces)) {
      ObjectRef object = frame.object();
      if (!sizes.containsKey(object.key()) && listed.add(object.volume())) {
        list(Layout.dataFolder(object.volume()));
        list(Layout.logFolder(object.volume()));
      }
      Long size = sizes.get(object.key());
      if (size == null) {
        bad.put(frame, "there is no object " + object.key());
      } else if (size < ObjectFormat.physicalBytes(object.blocks()) + ObjectFormat.FOOTER_BYTES) {
        bad.put(frame, "object " + object.key() + " is truncated to " + size + " bytes");
      }
    }
    return bad;
  }

  private void list(String folder) {
    String after = null;
    List<ListedObject> page;
    do {
      page = store.list(folder, after, PAGE, Purpose.BACKGROUND);
      page.forEach(object -> sizes.put(object.key(), object.sizeBytes()));
      after = page.isEmpty() ? null : page.getLast().key().value();
    } while (page.size() == PAGE);
  }
}
