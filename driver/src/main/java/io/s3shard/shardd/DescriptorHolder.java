package io.s3shard.shardd;

import com.google.protobuf.InvalidProtocolBufferException;
import io.s3shard.proto.shardd.v1.HolderMessage;
import io.s3shard.proto.shardd.v1.KeptDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the FUSE connections of a daemon that may die: while a descriptor is open somewhere, the
 * kernel keeps the mount and its users wait. Whoever comes after the dead one gets them. What is
 * kept beside a descriptor (the request that opened the volume, with its secrets) is in memory
 * only.
 */
public final class DescriptorHolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DescriptorHolder.class);

  /** How often a daemon that is not there is looked for: a part of the pause that users see. */
  private static final long RETRY_MILLIS = 20;

  private record Kept(KeptDescriptor what, int descriptor) {}

  private final Path socket;
  private final Runnable connected;
  private final Map<String, Kept> kept = new LinkedHashMap<>();
  private volatile boolean closed;
  private @Nullable DescriptorSocket daemon;

  private DescriptorHolder(Path socket, Runnable connected) {
    this.socket = socket;
    this.connected = connected;
  }

  /**
   * Begins to keep.
   *
   * @param socket the daemon's side socket; it need not be there yet
   * @param connected called each time that a daemon is found, after it got everything
   */
  public static DescriptorHolder start(Path socket, Runnable connected) {
    DescriptorHolder holder = new DescriptorHolder(socket, connected);
    Thread.ofPlatform().daemon().name("descriptors").start(holder::keepAll);
    return holder;
  }

  /** How many descriptors are kept. */
  public synchronized int count() {
    return kept.size();
  }

  /** Whether a daemon is connected. */
  public synchronized boolean isConnected() {
    return daemon != null;
  }

  private void keepAll() {
    while (!closed) {
      try (DescriptorSocket found = DescriptorSocket.connect(socket)) {
        bequeath(found);
        connected.run();
        DescriptorSocket.Received received;
        while ((received = found.receive()) != null) {
          take(received);
        }
        LOG.warn("shardd has gone; its {} volumes wait for the next one", count());
      } catch (IOException nobody) {
        pause();
      } finally {
        synchronized (this) {
          daemon = null;
        }
      }
    }
  }

  private synchronized void bequeath(DescriptorSocket to) throws IOException {
    for (Kept one : kept.values()) {
      byte[] message = HolderMessage.newBuilder().setKeep(one.what()).build().toByteArray();
      to.send(message, one.descriptor());
    }
    to.send(HolderMessage.newBuilder().setEnd(true).build().toByteArray(), DescriptorSocket.NONE);
    daemon = to;
    LOG.info("connected to shardd, which got {} descriptors", kept.size());
  }

  private synchronized void take(DescriptorSocket.Received received)
      throws InvalidProtocolBufferException {
    HolderMessage message = HolderMessage.parseFrom(received.message());
    switch (message.getKindCase()) {
      case KEEP -> {
        if (received.descriptor() != DescriptorSocket.NONE) {
          String handle = message.getKeep().getOpened().getHandle();
          release(handle);
          kept.put(handle, new Kept(message.getKeep(), received.descriptor()));
        }
      }
      case DROP -> release(message.getDrop());
      case END -> {}
      case KIND_NOT_SET -> LOG.warn("shardd says what is not understood: {}", message);
    }
  }

  private void release(String handle) {
    Kept gone = kept.remove(handle);
    if (gone != null) {
      DescriptorSocket.closeFile(gone.descriptor());
    }
  }

  private void pause() {
    try {
      Thread.sleep(RETRY_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
    }
  }

  /** Lets the daemon go, and with it all that is kept: volumes of a dead daemon fail. */
  @Override
  public void close() {
    closed = true;
    synchronized (this) {
      if (daemon != null) {
        daemon.close();
      }
      List.copyOf(kept.keySet()).forEach(this::release);
    }
  }
}
