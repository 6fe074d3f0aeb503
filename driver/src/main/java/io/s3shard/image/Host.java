package io.s3shard.image;

import io.s3shard.log.Writer;
import java.util.HexFormat;

/**
 * Who opens volumes here: a node's name for people and for Kubernetes, the machine's id, the id of
 * this boot, and the process for people.
 */
public record Host(String node, String machine, String boot, String process) {
  /** A writer of this host. {@code random}: 16 bytes that no other open has. */
  Writer writer(byte[] random) {
    return new Writer(HexFormat.of().formatHex(random), node, machine, boot, process);
  }
}
