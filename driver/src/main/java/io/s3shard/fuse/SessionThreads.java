package io.s3shard.fuse;

/**
 * How many requests of a mount are served at once. The kernel sends at most {@code background}
 * asynchronous ones, so as many threads can wait in writes; {@code reserved} more remain for what
 * must go on meanwhile: reads, attributes, names.
 *
 * @param initial threads at the start; the rest are made when none is idle
 */
public record SessionThreads(int initial, int background, int reserved) {
  /** Deep enough for a queue depth of 64 on two loop devices. */
  static final SessionThreads DIRECTORY = new SessionThreads(8, 128, 32);

  /** One loop device; DESIGN §5 has up to 64 threads a volume, each with a buffer of 132 KiB. */
  public static final SessionThreads ONE_FILE = new SessionThreads(4, 48, 16);

  int most() {
    return background + reserved;
  }
}
