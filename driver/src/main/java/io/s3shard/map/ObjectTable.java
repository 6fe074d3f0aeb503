package io.s3shard.map;

import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The DATA objects that a page names, in columns: a terabyte of chunks has a quarter of a million
 * of them. Immutable.
 */
final class ObjectTable {
  private final VolumeId[] volumes;
  private final byte[] volume;
  private final LongColumn epoch;
  private final LongColumn tail;
  private final LongColumn counter;
  private final int[] blocks;

  private ObjectTable(List<VolumeId> volumes, byte[] volume, List<ObjectRef> objects) {
    this.volumes = volumes.toArray(VolumeId[]::new);
    this.volume = volume;
    this.epoch = LongColumn.of(objects, ObjectRef::epoch);
    this.tail = LongColumn.of(objects, ObjectRef::tail);
    this.counter = LongColumn.of(objects, ObjectRef::counter);
    this.blocks = objects.stream().mapToInt(ObjectRef::blocks).toArray();
  }

  int size() {
    return blocks.length;
  }

  ObjectRef get(int index) {
    VolumeId owner = volumes[volume[index] & 0xff];
    return ObjectRef.data(
        owner, epoch.get(index), tail.get(index), counter.get(index), blocks[index]);
  }

  /** Blocks in the payload of an object. */
  int blocks(int index) {
    return blocks[index];
  }

  long memoryBytes() {
    long columns = epoch.memoryBytes() + tail.memoryBytes() + counter.memoryBytes();
    return 80 + 4L * volumes.length + volume.length + columns + 4L * blocks.length;
  }

  /** Collects a table; each object once. */
  static final class Builder {
    private final List<VolumeId> volumes = new ArrayList<>();
    private final List<ObjectRef> objects = new ArrayList<>();
    private final Map<ObjectRef, Integer> known = new HashMap<>();

    /** The object's index; the next one if it is new. */
    int add(ObjectRef object) {
      Integer index = known.putIfAbsent(object, objects.size());
      if (index != null) {
        return index;
      }
      if (object.kind() != ObjectRef.Kind.DATA || object.blocks() < 1) {
        throw new IllegalArgumentException(
            object.key() + " with " + object.blocks() + " blocks in a page");
      }
      if (!volumes.contains(object.volume())) {
        volumes.add(object.volume());
        if (volumes.size() > 256) {
          throw new IllegalArgumentException("a page names more than 256 volumes");
        }
      }
      objects.add(object);
      return objects.size() - 1;
    }

    int size() {
      return objects.size();
    }

    int volumes() {
      return volumes.size();
    }

    ObjectRef get(int index) {
      return objects.get(index);
    }

    ObjectTable build() {
      byte[] volume = new byte[objects.size()];
      for (int i = 0; i < volume.length; i++) {
        volume[i] = (byte) volumes.indexOf(objects.get(i).volume());
      }
      return new ObjectTable(volumes, volume, objects);
    }
  }
}
