package io.s3shard.damage;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.error.S3ShardException;
import io.s3shard.format.VolumeId;
import io.s3shard.image.Image;
import io.s3shard.image.ImageOpener;
import io.s3shard.store.ByteRange;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.StoredObject;
import io.s3shard.testing.ForwardingStore;
import io.s3shard.volume.Prefix;
import io.s3shard.volume.Volume;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One look at everything that a bucket says of its volumes. Each answer is right, or is a failure
 * that is noted: a wrong byte, and a failure of another class, end the test.
 */
final class Look {
  /** Bytes of a read: several in a chunk, so that one that fails leaves others. */
  private static final int STEP = 50_000;

  private final Specimen specimen;
  private final List<S3ShardException> failures = new ArrayList<>();
  private final Set<ObjectKey> read = ConcurrentHashMap.newKeySet();
  private final ObjectStore store;

  Look(Specimen specimen, ObjectStore bucket) {
    this.specimen = specimen;
    this.store = new Reading(bucket);
  }

  /** Notes which objects are asked for. */
  private final class Reading extends ForwardingStore {
    private Reading(ObjectStore store) {
      super(store);
    }

    @Override
    public StoredObject get(ObjectKey key, Purpose purpose) {
      read.add(key);
      return super.get(key, purpose);
    }

    @Override
    public StoredObject getIfMatch(ObjectKey key, String etag, Purpose purpose) {
      read.add(key);
      return super.getIfMatch(key, etag, purpose);
    }

    @Override
    public ByteBuffer get(ObjectKey key, ByteRange range, Purpose purpose) {
      read.add(key);
      return super.get(key, range, purpose);
    }
  }

  /** What the look has failed at. */
  List<S3ShardException> failures() {
    return failures;
  }

  Set<ObjectKey> read() {
    return read;
  }

  /** Without changing anything. */
  Look atEverything() {
    attempt(() -> new Prefix(store, Specimen.LOCATION).require());
    attempt(() ->
        assertThat(specimen.volumes(store).list())
            .extracting(Volume::name)
            .isSubsetOf(Specimen.NAMES));
    for (String name : Specimen.NAMES) {
      attempt(() -> assertThat(specimen.volumes(store).get(name).name()).isEqualTo(name));
    }
    for (VolumeId volume : specimen.contents().keySet()) {
      attempt(() ->
          assertThat(specimen.log(volume, store).pins(specimen.log(volume, store).load().state()))
              .hasSizeBetween(Specimen.pins() - 1, Specimen.pins()));
      attempt(() -> {
        try (Image image = specimen.opener(store).openForReading(volume, true)) {
          read(image, specimen.contents().get(volume));
        }
      });
    }
    return this;
  }

  /**
   * Takes the volumes over and writes a byte into each block, for which the rest of the block must
   * be read. What was committed then is right, too.
   */
  Look byWriting() {
    specimen.contents().forEach((volume, content) -> attempt(() -> write(volume, content.clone())));
    return this;
  }

  private void write(VolumeId volume, byte[] content) {
    ImageOpener opener = specimen.opener(store);
    Image image = opener.openForWriting(volume, true);
    try {
      read(image, content);
      for (int at = 77; at < content.length; at += 4096) {
        content[at] ^= 1;
        image.write(at, ByteBuffer.wrap(content, at, 1));
      }
      image.flush();
    } catch (S3ShardException e) {
      failures.add(e);
      attempt(image::close);
      return;
    }
    image.close();
    try (Image again = specimen.opener(store).openForReading(volume, false)) {
      read(again, content);
    }
  }

  private void read(Image image, byte[] content) {
    assertThat(image.sizeBytes()).isEqualTo(content.length);
    for (int at = 0; at < content.length; at += STEP) {
      int from = at;
      byte[] bytes = new byte[Math.min(STEP, content.length - at)];
      Arrays.fill(bytes, (byte) 0x5a);
      attempt(() -> {
        image.read(from, ByteBuffer.wrap(bytes));
        int wrong = Arrays.mismatch(bytes, 0, bytes.length, content, from, from + bytes.length);
        assertThat(wrong).as("the first wrong byte of the read at %d", from).isEqualTo(-1);
      });
    }
  }

  private void attempt(Runnable step) {
    try {
      step.run();
    } catch (S3ShardException e) {
      failures.add(e);
    }
  }
}
