package io.s3shard.rpc;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.s3shard.error.StoreRefused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * gRPC services on a unix socket that only root may connect to. Each call has a virtual thread. A
 * socket that a dead process left is replaced.
 */
public final class UnixServer implements AutoCloseable {
  /** More than all sidecars and a kubelet ask at once; the rest waits. */
  private static final int CALLS_PER_CONNECTION = 128;

  private static final Duration LAST_ANSWERS = Duration.ofSeconds(5);

  private final Path socket;
  private final Server server;
  private final MultiThreadIoEventLoopGroup loop;
  private final ExecutorService calls;

  private UnixServer(
      Path socket, Server server, MultiThreadIoEventLoopGroup loop, ExecutorService calls) {
    this.socket = socket;
    this.server = server;
    this.loop = loop;
    this.calls = calls;
  }

  /**
   * Listens and begins to answer. Every call is logged without its secrets.
   *
   * @throws StoreRefused if the socket can't be made
   */
  public static UnixServer start(Endpoint endpoint, List<BindableService> services) {
    Path socket = endpoint.path();
    MultiThreadIoEventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    try {
      Files.createDirectories(parent(socket));
      Files.deleteIfExists(socket);
      NettyServerBuilder builder =
          NettyServerBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
              .channelType(EpollServerDomainSocketChannel.class)
              .bossEventLoopGroup(loop)
              .workerEventLoopGroup(loop)
              .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION)
              .executor(calls)
              .intercept(new CallLog());
      services.forEach(builder::addService);
      Server server = builder.build().start();
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
      return new UnixServer(socket, server, loop, calls);
    } catch (IOException e) {
      loop.shutdownGracefully();
      calls.close();
      throw new StoreRefused(
          "can't listen on " + endpoint + ": " + e.getMessage() + "; choose another path", e);
    }
  }

  private static Path parent(Path socket) {
    Path folder = socket.getParent();
    return folder == null ? socket : folder;
  }

  /** Takes no new calls, lets running ones end for a moment, and takes the socket away. */
  @Override
  public void close() {
    try {
      server.shutdown();
      if (!server.awaitTermination(LAST_ANSWERS.toMillis(), TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
      }
      Files.deleteIfExists(socket);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new StoreRefused("can't remove the socket " + socket + ": " + e.getMessage(), e);
    } finally {
      loop.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
      calls.shutdown();
    }
  }
}
