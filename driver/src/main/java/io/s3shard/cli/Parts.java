package io.s3shard.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of a running daemon, closed in this order when it is told to end. */
final class Parts {
  private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

  private final List<AutoCloseable> parts = new ArrayList<>();
  private final CountDownLatch ended = new CountDownLatch(1);

  void add(AutoCloseable part) {
    parts.add(part);
  }

  /** From now on SIGTERM closes them. */
  void closeWhenTold() {
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(this::stop));
  }

  /** Returns when all are closed. */
  void await() throws InterruptedException {
    ended.await();
  }

  private void stop() {
    LOG.info("stopping");
    closeAll();
    ended.countDown();
    Runtime.getRuntime().halt(ExitCode.OK.number());
  }

  void closeAll() {
    for (AutoCloseable part : parts) {
      try {
        part.close();
      } catch (Exception e) {
        LOG.debug("closing {} failed", part, e);
      }
    }
  }
}
