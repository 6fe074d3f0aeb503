/**
 * The command line: one class a command, what they print, how they end. The only room that wires
 * parts together ({@link io.s3shard.cli.Composition}).
 */
@NullMarked
package io.s3shard.cli;

import org.jspecify.annotations.NullMarked;
