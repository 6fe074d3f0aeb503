package io.s3shard.fuse;

import jnr.ffi.Pointer;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;

/** What we need of the C library. Public because jnr-ffi binds public interfaces only. */
public interface LibC {
  int open(String path, int flags);

  int close(int descriptor);

  int mount(String source, String target, String type, long flags, String data);

  int umount2(String target, int flags);

  int prctl(int option, long argument, long third, long fourth, long fifth);

  @ssize_t
  long read(int descriptor, Pointer buffer, @size_t long length);

  @ssize_t
  long write(int descriptor, Pointer buffer, @size_t long length);
}
