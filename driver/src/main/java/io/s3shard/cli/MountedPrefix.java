package io.s3shard.cli;

import com.google.gson.JsonObject;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.s3shard.error.S3ShardException;
import io.s3shard.error.StoreRefused;
import io.s3shard.error.VolumeBusy;
import io.s3shard.fuse.FuseSession;
import io.s3shard.volume.VolumeDirectory;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mount that is served, until somebody unmounts it or this process is told to stop. However it
 * ends, everything is committed and closed; only a bucket that stays away can prevent that, and
 * then the arenas are kept.
 */
final class MountedPrefix {
  private static final Logger LOG = LoggerFactory.getLogger(MountedPrefix.class);

  private final FuseSession session;
  private final VolumeDirectory directory;
  private final CacheParts cache;
  private final OpenVolumes open;
  private final MountStatus status;
  private final OwnerRequests owner;
  private final Duration stopDeadline;
  private final List<AutoCloseable> servers = new ArrayList<>();

  /** Done when everything is closed. */
  private final CompletableFuture<Void> finished = new CompletableFuture<>();

  private boolean finishing;

  private MountedPrefix(
      FuseSession session,
      VolumeDirectory directory,
      CacheParts cache,
      OpenVolumes open,
      MountStatus status,
      OwnerRequests owner,
      Duration stopDeadline) {
    this.session = session;
    this.directory = directory;
    this.cache = cache;
    this.open = open;
    this.status = status;
    this.owner = owner;
    this.stopDeadline = stopDeadline;
  }

  static MountedPrefix start(
      FuseSession session,
      VolumeDirectory directory,
      CacheParts cache,
      OpenVolumes open,
      MountStatus status,
      OwnerRequests owner,
      PrometheusMeterRegistry registry,
      MountOptions options,
      RunDirectory run) {
    MountedPrefix mounted =
        new MountedPrefix(session, directory, cache, open, status, owner, options.stopDeadline);
    try {
      mounted.servers.add(ControlServer.start(run.socket(), mounted.requests()));
      if (options.metricsPort != null) {
        mounted.servers.add(
            MetricsServer.start(options.metricsAddress, options.metricsPort, registry));
      }
    } catch (IOException e) {
      session.close();
      throw new StoreRefused(
          "mounted, but can't listen: " + e.getMessage() + ": free the port, or choose another one",
          e);
    }
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(mounted::stop));
    LOG.info("{}", session);
    return mounted;
  }

  private Map<String, ControlServer.Request> requests() {
    return Map.of(
        "info",
        _ -> status.info(),
        "stats",
        _ -> status.stats(),
        "unmount",
        _ -> unmount(),
        OwnerRequests.PIN,
        owner::pin,
        OwnerRequests.HOLD,
        owner::hold,
        OwnerRequests.GROW,
        owner::grow);
  }

  /**
   * Serves until the mount has ended; the exit code. @throws S3ShardException if not everything
   * could be committed
   */
  int serve() throws InterruptedException {
    session.await();
    finish();
    return ExitCode.OK.number();
  }

  /** Commits, unmounts, and answers when all is closed. */
  private JsonObject unmount() {
    directory.flush();
    try {
      if (!session.unmount()) {
        throw new VolumeBusy(
            "the mount is in use: unmount what is mounted from its images ('losetup -a'), end programs that use it ('fuser -vm')");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while unmounting", e);
    }
    finish();
    return new JsonObject();
  }

  /** Closes everything, once; whoever comes second waits for the first. */
  private void finish() {
    boolean mine;
    synchronized (this) {
      mine = !finishing;
      finishing = true;
    }
    if (mine) {
      try {
        directory.close();
        cache.close();
        finished.complete(null);
      } catch (RuntimeException | Error e) {
        finished.completeExceptionally(e);
      }
    }
    try {
      finished.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException failure ? failure : e;
    }
  }

  /** The process was told to end, or ends because the mount has. */
  private void stop() {
    if (finished.isDone()) {
      closeServers();
      return;
    }
    LOG.info("stopping");
    Thread closing = Thread.ofPlatform().daemon().name("closing").start(this::stopNow);
    try {
      if (!closing.join(stopDeadline)) {
        exit(
            ExitCode.UNAVAILABLE,
            "the bucket is away: what was not committed is kept in "
                + open.arenas()
                + "; mount again on this machine to bring it in");
      }
    } catch (InterruptedException e) {
      LOG.warn("interrupted while stopping");
    }
    closeServers();
    // told to end, and ended well: not the 143 of a signal
    Runtime.getRuntime().halt(ExitCode.OK.number());
  }

  private void stopNow() {
    try {
      directory.flush();
      if (!session.unmount()) {
        LOG.warn("the mount is in use: its users get errors from now on");
        session.close();
      }
      finish();
    } catch (S3ShardException e) {
      exit(ExitCode.of(e), Failures.message(e));
    } catch (InterruptedException e) {
      LOG.warn("interrupted while stopping");
    }
  }

  /** A process that is ending already keeps its exit code unless it is halted. */
  private static void exit(ExitCode code, String message) {
    LOG.error("{}", message);
    System.err.println("s3shard: " + message);
    Runtime.getRuntime().halt(code.number());
  }

  private void closeServers() {
    servers.forEach(MountedPrefix::closeQuietly);
  }

  private static void closeQuietly(AutoCloseable server) {
    try {
      server.close();
    } catch (Exception e) {
      LOG.debug("closing {} failed", server, e);
    }
  }
}
