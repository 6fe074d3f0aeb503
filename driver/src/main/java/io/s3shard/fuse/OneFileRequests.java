package io.s3shard.fuse;

import jnr.ffi.Pointer;
import ru.serce.jnrfuse.ErrorCodes;

/**
 * The requests of a mount with one file that libfuse2 must not see. It counts look-ups and open
 * files, and ends the process when the kernel gives back more than it knows of: of what a
 * predecessor gave out it knows nothing. A node and the two handles of {@link OneFileSystem} live
 * as long as the mount, so nothing needs to be counted.
 *
 * <p>Numbers are those of {@code linux/fuse.h}.
 */
final class OneFileRequests implements RequestFilter {
  private static final int FORGET = 2;
  private static final int RELEASE = 18;
  private static final int OPENDIR = 27;
  private static final int BATCH_FORGET = 42;

  private final FuseMount mount;

  OneFileRequests(FuseMount mount) {
    this.mount = mount;
  }

  @Override
  public boolean takes(Pointer request) {
    switch (request.getInt(4)) {
      case FORGET, BATCH_FORGET -> {
        return true; // wants no answer
      }
      case RELEASE -> {
        answer(request, 0);
        return true;
      }
      case OPENDIR -> {
        // libfuse2's handle of an open directory is an address in its process
        answer(request, -ErrorCodes.EACCES());
        return true;
      }
      default -> {
        return false;
      }
    }
  }

  private void answer(Pointer request, int error) {
    Pointer out = FuseMount.zeroed(16);
    out.putInt(0, 16);
    out.putInt(4, error);
    out.putLong(8, request.getLong(8));
    mount.send(out, 16);
  }
}
