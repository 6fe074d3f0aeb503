package io.s3shard.image;

import io.s3shard.error.StoreRefused;
import io.s3shard.error.StoreUnavailable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * One arena in mapped files. Segments are filled with zeros when they are made: a full tmpfs is an
 * error, not a SIGBUS later.
 */
final class MappedArena implements ArenaMemory {
  private record Segment(Arena mapping, ByteBuffer bytes) {}

  private static final String PREFIX = "segment-";

  private final Path place;
  private final HeaderLock lock;
  private final Arena headerMapping = Arena.ofShared();
  private final ByteBuffer header;
  private final TreeMap<Integer, Segment> segments = new TreeMap<>();

  /**
   * @param lock of its header; closed with this
   */
  MappedArena(Path place, HeaderLock lock) throws IOException {
    this.place = place;
    this.lock = lock;
    if (lock.channel().size() < HEADER_BYTES) {
      lock.channel().write(ByteBuffer.allocate(HEADER_BYTES), 0);
    }
    this.header = map(lock.channel(), HEADER_BYTES, headerMapping);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(place, PREFIX + "*")) {
      for (Path file : files) {
        // one that is short was being made when its process died: nothing was ever answered from it
        if (Files.size(file) == MappedArenas.SEGMENT_BYTES) {
          open(Integer.parseInt(file.getFileName().toString().substring(PREFIX.length())));
        }
      }
    }
  }

  private static ByteBuffer map(FileChannel channel, long bytes, Arena mapping) throws IOException {
    return channel
        .map(FileChannel.MapMode.READ_WRITE, 0, bytes, mapping)
        .asByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public int segmentBytes() {
    return MappedArenas.SEGMENT_BYTES;
  }

  @Override
  public ByteBuffer header() {
    return header;
  }

  @Override
  public synchronized List<Integer> segments() {
    return new ArrayList<>(segments.keySet());
  }

  @Override
  public synchronized ByteBuffer segment(int number) {
    Segment segment = segments.get(number);
    if (segment == null) {
      throw new IllegalStateException("segment " + number + " of " + place + " is not there");
    }
    return segment.bytes();
  }

  @Override
  public synchronized int allocate() {
    int number = segments.isEmpty() ? 0 : segments.lastKey() + 1;
    try {
      try (FileChannel channel =
          FileChannel.open(
              file(number),
              StandardOpenOption.WRITE,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        // not from an array: each thread that did so would keep a native buffer of that size
        for (int at = 0; at < MappedArenas.SEGMENT_BYTES; ) {
          at += channel.write(Zeros.bytes(MappedArenas.SEGMENT_BYTES - at));
        }
      }
      open(number);
      return number;
    } catch (IOException e) {
      try {
        Files.deleteIfExists(file(number));
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw new StoreUnavailable(
          "no room for an arena segment in "
              + place
              + ": "
              + e.getMessage()
              + "; free some, or choose --arena-dir",
          e);
    }
  }

  private void open(int number) throws IOException {
    Arena mapping = Arena.ofShared();
    boolean kept = false;
    try (FileChannel channel =
        FileChannel.open(file(number), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      segments.put(number, new Segment(mapping, map(channel, MappedArenas.SEGMENT_BYTES, mapping)));
      kept = true;
    } finally {
      if (!kept) {
        mapping.close();
      }
    }
  }

  @Override
  public synchronized void release(int number) {
    Segment segment = segments.remove(number);
    if (segment != null) {
      segment.mapping().close();
      remove(file(number));
    }
  }

  @Override
  public String location() {
    return place.toString();
  }

  /** Empties it: no segments, a header of zeros. */
  synchronized void clear() {
    removeSegments();
    header.put(0, new byte[HEADER_BYTES]);
  }

  /** Also those that were being made when their process died. */
  private void removeSegments() {
    segments().forEach(this::release);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(place, PREFIX + "*")) {
      files.forEach(MappedArena::remove);
    } catch (IOException e) {
      throw new StoreRefused("can't empty the arena " + place + ": " + e.getMessage(), e);
    }
  }

  @Override
  public synchronized void delete() {
    removeSegments();
    remove(place.resolve("header"));
    remove(place);
    close();
  }

  @Override
  public synchronized void close() {
    segments.values().forEach(segment -> segment.mapping().close());
    segments.clear();
    if (headerMapping.scope().isAlive()) {
      headerMapping.close();
    }
    try {
      lock.close();
    } catch (IOException e) {
      throw new StoreRefused("can't close the arena " + place + ": " + e.getMessage(), e);
    }
  }

  private Path file(int number) {
    return place.resolve(PREFIX + number);
  }

  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new StoreRefused("can't delete " + file + ": " + e.getMessage(), e);
    }
  }
}
