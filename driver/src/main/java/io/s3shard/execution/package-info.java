/**
 * Time, waiting, concurrency and randomness, behind one door, so that the whole engine runs in a
 * deterministic simulation.
 */
@NullMarked
package io.s3shard.execution;

import org.jspecify.annotations.NullMarked;
