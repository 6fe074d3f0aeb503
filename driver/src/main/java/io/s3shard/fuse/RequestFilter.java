package io.s3shard.fuse;

import jnr.ffi.Pointer;

/** Looks at each request before libfuse2 does. */
interface RequestFilter {
  /** For a mount whose requests are all libfuse2's. */
  RequestFilter NONE = request -> false;

  /** True: it is dealt with, libfuse2 must not see it. {@code request} begins with its header. */
  boolean takes(Pointer request);
}
