package io.s3shard.volume;

import io.s3shard.error.Fenced;
import io.s3shard.error.VolumeBusy;
import io.s3shard.format.VolumeId;
import io.s3shard.image.Image;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Images in memory that write down who opened and closed them. What was written is committed by
 * flush and close.
 */
final class FakeImages implements ImageSource {
  final List<String> events = new ArrayList<>();
  final Map<VolumeId, byte[]> committed = new TreeMap<>();
  volatile boolean fenced;
  volatile boolean busy;

  @Override
  public synchronized Image openForWriting(Volume volume) {
    if (busy) {
      throw new VolumeBusy("open elsewhere");
    }
    events.add("open");
    return new FakeImage(volume.id(), committed.getOrDefault(volume.id(), new byte[0]), "close");
  }

  @Override
  public synchronized Image openForReading(Volume volume) {
    events.add("read");
    return new FakeImage(volume.id(), committed.getOrDefault(volume.id(), new byte[0]), "unread");
  }

  /** The text that it holds is its path. */
  @Override
  public synchronized Image openSnapshot(Snapshot snapshot) {
    events.add("snapshot");
    byte[] text = snapshot.path().getBytes(StandardCharsets.UTF_8);
    return new FakeImage(snapshot.volume(), text, "unread");
  }

  synchronized List<String> events() {
    return List.copyOf(events);
  }

  synchronized long count(String event) {
    return events.stream().filter(event::equals).count();
  }

  /** The first bytes of an image, as text. */
  static String text(Image image) {
    ByteBuffer into = ByteBuffer.allocate((int) image.sizeBytes());
    image.read(0, into);
    return new String(into.array(), StandardCharsets.UTF_8);
  }

  static void write(Image image, String text) {
    image.write(0, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private final class FakeImage implements Image {
    private final VolumeId id;
    private final String end;
    private byte[] bytes;
    private boolean closed;

    FakeImage(VolumeId id, byte[] bytes, String end) {
      this.id = id;
      this.bytes = bytes;
      this.end = end;
    }

    @Override
    public synchronized long sizeBytes() {
      return bytes.length;
    }

    @Override
    public synchronized void read(long offset, ByteBuffer into) {
      check();
      into.put(bytes, (int) offset, into.remaining());
    }

    @Override
    public synchronized void write(long offset, ByteBuffer data) {
      check();
      int end = (int) offset + data.remaining();
      byte[] longer = Arrays.copyOf(bytes, Math.max(bytes.length, end));
      data.get(longer, (int) offset, data.remaining());
      bytes = longer;
    }

    @Override
    public void discard(long offset, long length) {
      check();
    }

    @Override
    public void zero(long offset, long length) {
      check();
    }

    @Override
    public synchronized void flush() {
      check();
      synchronized (FakeImages.this) {
        committed.put(id, bytes);
        events.add("flush");
      }
    }

    @Override
    public synchronized void grow(long sizeBytes) {
      check();
      bytes = Arrays.copyOf(bytes, (int) sizeBytes);
    }

    @Override
    public synchronized void close() {
      closed = true;
      synchronized (FakeImages.this) {
        events.add(end);
        if (end.equals("close") && !fenced) {
          committed.put(id, bytes);
        }
      }
      if (fenced) {
        throw new Fenced("taken over");
      }
    }

    private void check() {
      if (fenced) {
        throw new Fenced("taken over");
      }
      if (closed) {
        throw new IllegalStateException("used after its close");
      }
    }
  }
}
