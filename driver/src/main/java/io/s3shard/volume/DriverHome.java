package io.s3shard.volume;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.s3shard.error.Damaged;
import io.s3shard.error.InvalidRequest;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectFormat;
import io.s3shard.proto.v1.NodeEntry;
import io.s3shard.proto.v1.StoreLocation;
import io.s3shard.store.Body;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The home prefix of a cluster's driver: where the stores of its volumes are, since a CSI call
 * carries little more than a volume's id, and which nodes there are. An entry is written once and
 * never means anything else.
 */
public final class DriverHome {
  /** Of a store: 16 hexadecimal digits. */
  private static final String HASH = "[0-9a-f]{16}";

  /** A node's id becomes part of a key; Kubernetes' names of nodes have no other characters. */
  private static final String NODE = "[A-Za-z0-9][A-Za-z0-9._-]{0,252}";

  private final ObjectStore store;

  public DriverHome(ObjectStore store) {
    this.store = store;
  }

  /** The hash of a store: the same place has the same hash everywhere. */
  public static String hash(StoreLocation place) {
    String identity =
        String.join(
            "\0", place.getEndpoint().replaceAll("/+$", ""), place.getBucket(), place.getPrefix());
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(identity.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Makes a store known; its hash. Known already: what was said of it first stays. */
  public String register(StoreLocation place) {
    String hash = hash(place);
    put(Layout.store(hash), place);
    return hash;
  }

  /** Empty: no volume of this driver has ever been there. */
  public Optional<StoreLocation> store(String hash) {
    return hash.matches(HASH) ? read(Layout.store(hash), StoreLocation.parser()) : Optional.empty();
  }

  /**
   * Makes a node known.
   *
   * @throws InvalidRequest if the id can be no node's
   */
  public void register(NodeEntry node) {
    if (!node.getNodeId().matches(NODE)) {
      throw new InvalidRequest(
          "\""
              + node.getNodeId()
              + "\" can be no node's id: give 1 to 253 of A-Z, a-z, 0-9, '.', '_' and '-'");
    }
    put(Layout.node(node.getNodeId()), node);
  }

  /** Empty: there is no such node. */
  public Optional<NodeEntry> node(String id) {
    return id.matches(NODE) ? read(Layout.node(id), NodeEntry.parser()) : Optional.empty();
  }

  private void put(ObjectKey key, MessageLite entry) {
    Body body = ObjectFormat.encode(ObjectFormat.Kind.HINT, key, List.of(), entry.toByteArray());
    switch (store.putIfAbsent(key, body, Purpose.MAP)) {
      case WON, LOST -> {}
      case UNKNOWN -> {
        if (!exists(key)) {
          throw new StoreUnavailable(
              "it is not known whether " + key + " was written: the answer was lost; try again");
        }
      }
    }
  }

  private boolean exists(ObjectKey key) {
    try {
      store.get(key, Purpose.MAP);
      return true;
    } catch (ObjectMissing e) {
      return false;
    }
  }

  private <T> Optional<T> read(ObjectKey key, Parser<T> parser) {
    try {
      var decoded =
          ObjectFormat.decode(ObjectFormat.Kind.HINT, key, store.get(key, Purpose.MAP).body());
      return Optional.of(parser.parseFrom(decoded.metadata()));
    } catch (ObjectMissing e) {
      return Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      throw new Damaged("object " + key + " is damaged: its metadata is not what its name says", e);
    }
  }
}
