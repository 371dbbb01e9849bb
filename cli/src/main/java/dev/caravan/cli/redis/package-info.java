/** Which Redis a local cluster uses. Start at {@link dev.caravan.cli.redis.RedisChoice}. */
@NullMarked
package dev.caravan.cli.redis;

import org.jspecify.annotations.NullMarked;
