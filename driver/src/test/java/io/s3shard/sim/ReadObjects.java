package io.s3shard.sim;

import static io.s3shard.testing.TestHost.read;

import io.s3shard.format.VolumeId;
import io.s3shard.log.LivePin;
import io.s3shard.store.ByteRange;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.StoredObject;
import io.s3shard.testing.ForwardingStore;
import io.s3shard.testing.InlineExecution;
import io.s3shard.testing.TestHost;
import io.s3shard.volume.Volume;
import io.s3shard.volume.Volumes;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;

/**
 * Which objects it takes to read volumes and pinned states from their first byte to their last:
 * reachability the plain way.
 */
final class ReadObjects extends ForwardingStore {
  private final Set<ObjectKey> got = new HashSet<>();
  private final Volumes volumes;

  /**
   * @param bucket without latency or faults
   */
  ReadObjects(ObjectStore bucket) {
    super(bucket);
    this.volumes = new Volumes(this, new InlineExecution(), "sim");
  }

  Set<ObjectKey> got() {
    return got;
  }

  /** With nothing cached. */
  private TestHost machine() {
    return new TestHost(this, new InlineExecution(), "reader");
  }

  /** Reads the present state. */
  void present(VolumeId id) {
    byte[] _ = read(machine().opener().openForReading(id, true));
  }

  /** Reads each pinned state, whatever it is pinned for. */
  void pinned(VolumeId id) {
    Volume volume = volumes.find(id).orElseThrow();
    for (LivePin pin : volumes.pins(volume)) {
      byte[] _ = read(machine().opener().openPinned(id, pin, pin.name()));
    }
  }

  @Override
  public StoredObject get(ObjectKey key, Purpose purpose) {
    got.add(key);
    return super.get(key, purpose);
  }

  @Override
  public StoredObject getIfMatch(ObjectKey key, String etag, Purpose purpose) {
    got.add(key);
    return super.getIfMatch(key, etag, purpose);
  }

  @Override
  public ByteBuffer get(ObjectKey key, ByteRange range, Purpose purpose) {
    got.add(key);
    return super.get(key, range, purpose);
  }
}
