/** The CSI services: they validate, delegate, and map failures to statuses. */
@NullMarked
package io.s3shard.csi;

import org.jspecify.annotations.NullMarked;
