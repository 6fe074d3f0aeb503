/**
 * An embedded S3 server to try s3shard with, and, in its tests, the built command on real mounts.
 */
package io.s3shard.e2e;
