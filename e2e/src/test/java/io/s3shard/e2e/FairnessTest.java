package io.s3shard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.execution.Execution;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.store.StoreSettings;
import io.s3shard.store.StoreStack;
import io.s3shard.store.s3.S3Settings;
import io.s3shard.store.s3.S3Store;
import io.s3shard.volume.Snapshots;
import io.s3shard.volume.Volumes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody else gets a record into the log of an owner who syncs without end, over a bucket 25 ms
 * away. How often: system property {@code s3shard.fairness}, five by default. How long it took is
 * printed and not held to anything: in virtual time {@code ManyAppendersTest} does that.
 */
@Tag("fuse")
class FairnessTest {
  private static final String NAME = "fs.img";
  private static final long DELAY_MILLIS = 25;

  @TempDir Path folder;

  private final int times = Integer.getInteger("s3shard.fairness", 5);
  private final Execution execution = new ThreadExecution();
  private Bucket bucket;
  private DelayingProxy far;
  private Path mountPoint;
  private Process owner;
  private S3Store store;
  private Volumes volumes;

  @BeforeEach
  void start() throws Exception {
    bucket = Bucket.start(folder.resolve("bucket"));
    far = DelayingProxy.before(bucket.endpoint(), DELAY_MILLIS);
    Map<String, String> environment = new TreeMap<>(bucket.environment());
    environment.put("AWS_ENDPOINT_URL", far.endpoint().toString());
    mountPoint = Files.createDirectory(folder.resolve("mnt"));
    owner = new Daemon(environment, folder).mount(bucket.url("fair"), mountPoint);
    System.setProperty("aws.accessKeyId", environment.get("AWS_ACCESS_KEY_ID"));
    System.setProperty("aws.secretAccessKey", environment.get("AWS_SECRET_ACCESS_KEY"));
    store = new S3Store(S3Settings.of(Bucket.NAME, "fair").withEndpoint(far.endpoint()));
    StoreStack stack = new StoreStack(store, new StoreSettings(16, Optional.empty()), execution);
    volumes = new Volumes(stack.store(), execution, bucket.url("fair"));
  }

  @AfterEach
  void leaveNothing() throws Exception {
    Daemon.kill(owner, mountPoint);
    store.close();
    far.close();
    bucket.close();
  }

  @Test
  void whoWantsAPinGetsIt() throws Exception {
    Snapshots snapshots = new Snapshots(volumes);
    List<Duration> took = new ArrayList<>();
    try (EndlessFsyncs syncs = syncing("pin")) {
      for (int i = 0; i < times; i++) {
        long before = System.nanoTime();
        snapshots.create(NAME, "s" + i);
        took.add(Duration.ofNanos(System.nanoTime() - before));
        syncs.awaitNumber(syncs.acknowledged() + 40);
      }
    }
    assertThat(snapshots.of(volumes.get(NAME))).hasSize(times);
    print("a pin", took);
  }

  @Test
  void whoFencesTheOwnerFencesIt() throws Exception {
    List<Duration> took = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      try (EndlessFsyncs syncs = syncing("detach-" + i)) {
        long before = System.nanoTime();
        assertThat(volumes.detach(NAME, "detach --force")).isPresent();
        took.add(Duration.ofNanos(System.nanoTime() - before));
        assertThat(syncs.lastWords()).contains("fsync: Input/output error");
      }
    }
    print("a detach", took);
  }

  /** More syncs than the owner does in a row. */
  private EndlessFsyncs syncing(String said) throws Exception {
    EndlessFsyncs syncs = EndlessFsyncs.start(mountPoint.resolve(NAME), folder.resolve(said));
    syncs.awaitNumber(50);
    return syncs;
  }

  private static void print(String what, List<Duration> took) {
    took.sort(null);
    System.out.printf(
        "%s under endless fsyncs, %d times, %d ms a request: median %d ms, longest %d ms%n",
        what,
        took.size(),
        DELAY_MILLIS,
        took.get(took.size() / 2).toMillis(),
        took.getLast().toMillis());
  }
}
