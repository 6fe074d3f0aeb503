package io.s3shard.log;

import java.util.function.BooleanSupplier;

/**
 * What an owner asks of those around it.
 *
 * @param giveUp whether to stop trying to learn what became of a put while the bucket is away
 * @param writerWaits whether a writer has waited a second for room: an owner that is held then
 *     releases the HOLD
 */
public record OwnerSettings(BooleanSupplier giveUp, BooleanSupplier writerWaits) {}
