package io.s3shard.volume;

/**
 * Who opens volumes: what an OPEN says of its writer.
 *
 * @param node the node's name, for people and for attachments
 * @param host the machine id: the same after a reboot
 * @param boot the boot id: another after a reboot, so that a lock of an earlier boot is known to be gone
 * @param process for people: program and process id
 */
public record HostIdentity(String node, String host, String boot, String process) {}
