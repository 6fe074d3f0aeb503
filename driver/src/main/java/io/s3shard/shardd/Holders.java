package io.s3shard.shardd;

import com.google.protobuf.InvalidProtocolBufferException;
import io.s3shard.error.StoreRefused;
import io.s3shard.proto.shardd.v1.HolderMessage;
import io.s3shard.proto.shardd.v1.KeptDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon's side of keeping: processes that outlive it connect to its side socket, bring what
 * they have of a dead predecessor, and get every descriptor that is to be kept. Each is a
 * connection and a thread; two during an upgrade of the holder, never many.
 */
public final class Holders implements Keeping, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Holders.class);

  private static final int MAX_HOLDERS = 8;

  /** What is brought by a holder. */
  public interface Heirloom {
    /** A dead process served it; the descriptor is the receiver's. */
    void adopt(KeptDescriptor kept, int descriptor);

    /** The holder has nothing more. */
    void heardAll();
  }

  private record Kept(KeptDescriptor what, int descriptor) {}

  private final DescriptorSocket listening;
  private final Map<String, Kept> kept = new LinkedHashMap<>();
  private final List<DescriptorSocket> holders = new ArrayList<>();

  private Holders(DescriptorSocket listening) {
    this.listening = listening;
  }

  /**
   * Holders that connect to {@code socket}. Nobody is listened to before {@link #start}.
   *
   * @throws StoreRefused if the socket can't be made
   */
  public static Holders at(Path socket) {
    try {
      return new Holders(DescriptorSocket.listen(socket));
    } catch (IOException e) {
      throw new StoreRefused(e.getMessage() + "; choose another path with --socket", e);
    }
  }

  public void start(Heirloom heir) {
    Thread.ofPlatform().daemon().name("holders").start(() -> acceptAll(heir));
  }

  private void acceptAll(Heirloom heir) {
    DescriptorSocket holder;
    while ((holder = listening.accept()) != null) {
      DescriptorSocket accepted = holder;
      if (count() >= MAX_HOLDERS) {
        LOG.warn("more than {} holders want to connect: refused", MAX_HOLDERS);
        accepted.close();
        continue;
      }
      Thread.ofPlatform().daemon().name("holder").start(() -> hear(accepted, heir));
    }
  }

  private synchronized int count() {
    return holders.size();
  }

  /** Whether somebody keeps what we have. */
  public boolean present() {
    return count() > 0;
  }

  private void hear(DescriptorSocket holder, Heirloom heir) {
    try (holder) {
      greet(holder);
      DescriptorSocket.Received received;
      while ((received = holder.receive()) != null) {
        take(received, heir);
      }
    } catch (IOException e) {
      LOG.warn("a holder is not understood: {}", e.getMessage());
    } finally {
      synchronized (this) {
        holders.remove(holder);
      }
      LOG.info("a holder has gone");
    }
  }

  private synchronized void greet(DescriptorSocket holder) throws IOException {
    for (Kept one : kept.values()) {
      holder.send(message(one.what()), one.descriptor());
    }
    holder.send(
        HolderMessage.newBuilder().setEnd(true).build().toByteArray(), DescriptorSocket.NONE);
    holders.add(holder);
    LOG.info("a holder is here, and keeps {} descriptors", kept.size());
  }

  private static void take(DescriptorSocket.Received received, Heirloom heir)
      throws InvalidProtocolBufferException {
    HolderMessage message = HolderMessage.parseFrom(received.message());
    switch (message.getKindCase()) {
      case KEEP -> {
        if (received.descriptor() != DescriptorSocket.NONE) {
          heir.adopt(message.getKeep(), received.descriptor());
        }
      }
      case END -> heir.heardAll();
      case DROP, KIND_NOT_SET -> LOG.warn("a holder says what it should not: {}", message);
    }
  }

  @Override
  public void keep(KeptDescriptor what, int descriptor) {
    synchronized (this) {
      kept.put(what.getOpened().getHandle(), new Kept(what, descriptor));
      tell(message(what), descriptor);
    }
  }

  @Override
  public void drop(String handle) {
    byte[] message = HolderMessage.newBuilder().setDrop(handle).build().toByteArray();
    synchronized (this) {
      kept.remove(handle);
      tell(message, DescriptorSocket.NONE);
    }
  }

  private void tell(byte[] message, int descriptor) {
    for (DescriptorSocket holder : holders) {
      try {
        holder.send(message, descriptor);
      } catch (IOException e) {
        LOG.warn("a holder does not hear: {}", e.getMessage());
        holder.close();
      }
    }
  }

  private static byte[] message(KeptDescriptor what) {
    return HolderMessage.newBuilder().setKeep(what).build().toByteArray();
  }

  @Override
  public void close() {
    listening.close();
    List<DescriptorSocket> all;
    synchronized (this) {
      all = List.copyOf(holders);
    }
    all.forEach(DescriptorSocket::close);
  }
}
