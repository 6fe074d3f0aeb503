package io.s3shard.volume;

import io.s3shard.format.VolumeId;
import java.time.Instant;
import java.util.SortedMap;

/**
 * An image as a directory shows it. {@code mode}: permission bits only. {@code xattrs}: user
 * attributes by full name ({@code user.…}), values as Latin-1 strings of their bytes.
 */
public record ImageEntry(
    String name,
    VolumeId id,
    long sizeBytes,
    int mode,
    int uid,
    int gid,
    Instant modified,
    SortedMap<String, String> xattrs) {}
