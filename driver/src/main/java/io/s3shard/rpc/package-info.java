/**
 * gRPC over unix sockets: server, client, the one map of failures to statuses, the log of calls
 * without their secrets. The only user of Netty.
 */
@NullMarked
package io.s3shard.rpc;

import org.jspecify.annotations.NullMarked;
