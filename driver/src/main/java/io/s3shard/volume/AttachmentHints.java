package io.s3shard.volume;

import io.s3shard.format.Layout;
import io.s3shard.proto.v1.AttachmentHint;
import java.util.List;

/**
 * What may be attached to a node, in whichever bucket it lies: an entry is made before an ATTACH
 * and removed after a DETACH, so that nothing is attached without one. The volumes' logs are the
 * truth.
 */
public final class AttachmentHints {
  private final HomeEntries entries;

  AttachmentHints(HomeEntries entries) {
    this.entries = entries;
  }

  /** False: there was one. */
  public boolean add(String node, String volumeHandle) {
    return entries.make(Layout.attached(node, volumeHandle), AttachmentHint.getDefaultInstance());
  }

  public void remove(String node, String volumeHandle) {
    entries.remove(Layout.attached(node, volumeHandle));
  }

  /** The handles of what may be attached to the node, sorted. */
  public List<String> of(String node) {
    return entries.names(Layout.attachedFolder(node));
  }
}
