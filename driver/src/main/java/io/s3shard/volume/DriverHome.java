package io.s3shard.volume;

import io.s3shard.error.InvalidRequest;
import io.s3shard.format.Layout;
import io.s3shard.proto.v1.NodeEntry;
import io.s3shard.proto.v1.StoreLocation;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The home prefix of a cluster's driver: where the stores of its volumes are, since a CSI call
 * carries little more than a volume's id; which nodes there are, and what may be attached to them;
 * which names of snapshots are taken. What a store's entry says is written once and never changes.
 */
public final class DriverHome {
  /** Of a store: 16 hexadecimal digits. */
  private static final String HASH = "[0-9a-f]{16}";

  /** A node's id becomes part of a key; Kubernetes' names of nodes have no other characters. */
  private static final String NODE = "[A-Za-z0-9][A-Za-z0-9._-]{0,252}";

  private final HomeEntries entries;

  public DriverHome(ObjectStore store) {
    this.entries = new HomeEntries(store);
  }

  /** Which names of snapshots mean which volumes. */
  public SnapshotIndex snapshots() {
    return new SnapshotIndex(entries);
  }

  /** Which names of group snapshots mean which volumes. */
  public GroupIndex groups() {
    return new GroupIndex(entries);
  }

  /** What may be attached where. */
  public AttachmentHints attachments() {
    return new AttachmentHints(entries);
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
    entries.make(Layout.store(hash), place);
    return hash;
  }

  /** Empty: no volume of this driver has ever been there. */
  public Optional<StoreLocation> store(String hash) {
    return hash.matches(HASH)
        ? entries.read(Layout.store(hash), StoreLocation.parser())
        : Optional.empty();
  }

  /** The hashes of all stores that there are. */
  public List<String> stores() {
    return entries.names(Layout.STORES).stream().filter(hash -> hash.matches(HASH)).toList();
  }

  /**
   * Makes a node known, or known as it is now.
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
    ObjectKey key = Layout.node(node.getNodeId());
    if (!entries.make(key, node)
        && !entries.read(key, NodeEntry.parser()).equals(Optional.of(node))) {
      entries.replace(key, node);
    }
  }

  /** Empty: there is no such node. */
  public Optional<NodeEntry> node(String id) {
    return id.matches(NODE) ? entries.read(Layout.node(id), NodeEntry.parser()) : Optional.empty();
  }
}
