package io.s3shard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;

/** A pod that writes and syncs without end, and says so when an error stops it. */
final class Load {
  private static final String WRITER =
      """
      n=0
      while dd if=/dev/urandom of=/data/load bs=64k count=8 conv=fsync,notrunc 2>/tmp/dd; do
        n=$((n + 1)); echo $n >/tmp/count.new; mv /tmp/count.new /tmp/count
      done
      cp /tmp/dd /tmp/failed
      while :; do sleep 1; done
      """;

  private final Workload workload;
  private final String pod;

  private Load(Workload workload, String pod) {
    this.workload = workload;
    this.pod = pod;
  }

  static Load start(Workload workload, String pod, String claim, String node) throws Exception {
    workload.pod(
        pod,
        claim,
        node,
        builder ->
            builder
                .editSpec()
                .editFirstContainer()
                .withCommand("sh", "-c", WRITER)
                .endContainer()
                .endSpec());
    Load load = new Load(workload, pod);
    load.awaitProgress();
    return load;
  }

  /** How many syncs were answered. */
  long count() throws Exception {
    return Long.parseLong(workload.run(pod, "cat /tmp/count 2>/dev/null || echo 0"));
  }

  /** Returns after ten more answered syncs, and fails if there was an error. */
  void awaitProgress() throws Exception {
    long goal = count() + 10;
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(4);
    while (count() < goal) {
      assertNoError();
      assertThat(System.nanoTime()).as("no sync is answered any more").isLessThan(end);
      Thread.sleep(500);
    }
    assertNoError();
  }

  private void assertNoError() throws Exception {
    assertThat(workload.run(pod, "cat /tmp/failed 2>/dev/null || true")).isEmpty();
  }
}
