package io.s3shard.log;

/**
 * A record that counts: {@code log} was loaded after the put and shows its effect; {@code slot} is
 * where it lies.
 */
public record Appended(LoadedLog log, long slot) {}
