/**
 * The whole engine under virtual time: a scheduler that gives one task at a time the baton, a
 * bucket that loses answers and repeats requests, and workloads that are held against a model.
 * Everything follows from a seed.
 */
@NullMarked
package io.s3shard.sim;

import org.jspecify.annotations.NullMarked;
