package io.s3shard.fuse;

import jnr.ffi.Pointer;
import jnr.ffi.types.size_t;

/**
 * What we need of libfuse2, below its own mount and its own loop. Public because jnr-ffi binds
 * public interfaces only.
 */
public interface LibFuse2 {
  Pointer fuse_kern_chan_new(int descriptor);

  void fuse_chan_destroy(Pointer channel);

  void fuse_destroy(Pointer fuse);

  Pointer fuse_get_session(Pointer fuse);

  int fuse_session_process(Pointer session, Pointer buffer, @size_t long length, Pointer channel);

  int fuse_chan_recv(Pointer channelPointer, Pointer buffer, @size_t long length);
}
