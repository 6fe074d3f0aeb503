/** What becomes of a volume when objects of its bucket are damaged. */
@NullMarked
package io.s3shard.damage;

import org.jspecify.annotations.NullMarked;
