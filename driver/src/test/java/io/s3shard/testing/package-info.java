/** What tests of several rooms share. */
@NullMarked
package io.s3shard.testing;

import org.jspecify.annotations.NullMarked;
