/**
 * The sharding daemon: one FUSE file system with one file for each open volume, the service that
 * opens and closes them, and how a successor goes on with what a dead one served.
 */
@NullMarked
package io.s3shard.shardd;

import org.jspecify.annotations.NullMarked;
