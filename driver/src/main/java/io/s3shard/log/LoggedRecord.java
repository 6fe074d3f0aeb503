package io.s3shard.log;

import java.util.Optional;

/**
 * A record as it lies in the log, standing or void. {@code informed}: the state after it and the
 * newest checkpoint, as its sender knew them; empty if it was put blind. {@code payloadBlocks}: of
 * inline data.
 */
record LoggedRecord(long slot, LogRecord record, Optional<LoadedLog> informed, int payloadBlocks) {}
