package io.s3shard.shardd;

import io.s3shard.proto.shardd.v1.KeptDescriptor;

/** Has the connections of mounts kept by somebody who outlives us. */
public interface Keeping {
  /** From now on {@code descriptor} is kept, too: as soon as somebody is there to do it. */
  void keep(KeptDescriptor kept, int descriptor);

  /** The volume is closed. */
  void drop(String handle);
}
