package io.s3shard.csi;

import java.nio.file.Path;

/**
 * What a node is.
 *
 * @param id unique over all clusters that share a bucket
 * @param volumes where shardd shows volumes as files
 * @param fileName of a volume's file in its folder there
 * @param maxVolumes how many may be published to it
 */
public record NodeSettings(String id, Path volumes, String fileName, int maxVolumes) {}
