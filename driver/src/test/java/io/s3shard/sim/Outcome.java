package io.s3shard.sim;

/** A run that held. {@code traceHash}: the same for every run of the seed. */
record Outcome(long traceHash, long switches, Coverage coverage) {}
