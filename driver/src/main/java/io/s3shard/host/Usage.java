package io.s3shard.host;

/**
 * How full a file system is.
 *
 * @param availableBytes for others than root
 * @param inodes 0: it has no fixed number
 */
public record Usage(
    long totalBytes, long usedBytes, long availableBytes, long inodes, long freeInodes) {}
