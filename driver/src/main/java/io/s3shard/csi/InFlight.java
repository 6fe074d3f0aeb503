package io.s3shard.csi;

import io.grpc.Status;
import io.s3shard.rpc.Refused;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** One call a volume at a time: the second is told to come again, at once. */
public final class InFlight {
  private final Set<String> keys = ConcurrentHashMap.newKeySet();

  /**
   * Runs {@code body} unless a call of this key runs.
   *
   * @throws Refused ABORTED
   */
  public <T> T run(String key, Supplier<T> body) {
    if (!keys.add(key)) {
      throw new Refused(
          Status.Code.ABORTED, "a call for volume " + key + " is being carried out: try again");
    }
    try {
      return body.get();
    } finally {
      keys.remove(key);
    }
  }
}
