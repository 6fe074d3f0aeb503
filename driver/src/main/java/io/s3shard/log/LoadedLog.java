package io.s3shard.log;

import java.util.Optional;

/**
 * A log as a load found it. Without a checkpoint, replay begins at slot 1, or at the state that the
 * volume is a clone of.
 */
public record LoadedLog(VolumeState state, Optional<Checkpoint> checkpoint) {}
