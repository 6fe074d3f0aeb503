package io.s3shard.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Arrays;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Stands before an S3 server of this machine and hands on what is sent to it a while later, so that
 * each request takes as long as one to a bucket far away. Answers come back at once.
 */
final class DelayingProxy implements AutoCloseable {
  /** Bytes that were sent, due at a time; none at the end. */
  private record Sent(byte[] bytes, long dueNanos) {}

  private final ServerSocket listening;
  private final int target;
  private final long delayNanos;

  private DelayingProxy(ServerSocket listening, int target, long delayNanos) {
    this.listening = listening;
    this.target = target;
    this.delayNanos = delayNanos;
  }

  static DelayingProxy before(URI server, long delayMillis) throws IOException {
    DelayingProxy proxy =
        new DelayingProxy(
            new ServerSocket(0, 100, InetAddress.getLoopbackAddress()),
            server.getPort(),
            TimeUnit.MILLISECONDS.toNanos(delayMillis));
    Thread.ofVirtual().start(proxy::accept);
    return proxy;
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + listening.getLocalPort());
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket client = listening.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        LinkedBlockingQueue<Sent> onItsWay = new LinkedBlockingQueue<>();
        Thread.ofVirtual().start(() -> take(client, server, onItsWay));
        Thread.ofVirtual().start(() -> handOn(client, server, onItsWay));
        Thread.ofVirtual().start(() -> answer(client, server));
      } catch (IOException e) {
        // closed, or the server is away: the client sees its connection refused or broken
      }
    }
  }

  private void take(Socket client, Socket server, LinkedBlockingQueue<Sent> onItsWay) {
    byte[] buffer = new byte[1 << 16];
    try {
      InputStream in = client.getInputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        onItsWay.add(new Sent(Arrays.copyOf(buffer, n), System.nanoTime() + delayNanos));
      }
    } catch (IOException e) {
      closeBoth(client, server);
    }
    onItsWay.add(new Sent(new byte[0], 0));
  }

  private static void handOn(Socket client, Socket server, LinkedBlockingQueue<Sent> onItsWay) {
    try {
      OutputStream out = server.getOutputStream();
      for (Sent next = onItsWay.take(); next.bytes().length > 0; next = onItsWay.take()) {
        TimeUnit.NANOSECONDS.sleep(Math.max(0, next.dueNanos() - System.nanoTime()));
        out.write(next.bytes());
      }
      server.shutdownOutput();
    } catch (IOException e) {
      closeBoth(client, server);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void answer(Socket client, Socket server) {
    try {
      server.getInputStream().transferTo(client.getOutputStream());
    } catch (IOException e) {
      // either side has gone
    }
    closeBoth(client, server);
  }

  private static void closeBoth(Socket client, Socket server) {
    try (client;
        server) {
      client.shutdownInput();
    } catch (IOException e) {
      // closed already
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
