package io.s3shard.volume;

import io.s3shard.log.Owner;
import io.s3shard.log.Writer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Who has a volume open, in words. */
public final class Holders {
  private Holders() {}

  /** For example: {@code by node a (s3shard, process 12) since 2026-11-24T03:00:00Z}. */
  public static String describe(Owner owner) {
    Writer writer = owner.writer();
    Instant since = Instant.ofEpochMilli(owner.openedUnixMillis()).truncatedTo(ChronoUnit.SECONDS);
    return "by node " + writer.node() + " (" + writer.process() + ") since " + since;
  }
}
