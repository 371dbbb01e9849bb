/**
 * What is shared through Redis; all of it can be lost. Start at {@link
 * dev.caravan.scheduler.adapter.redis.RedisView} and {@link
 * dev.caravan.scheduler.adapter.redis.RedisRecords}.
 */
@NullMarked
package dev.caravan.scheduler.adapter.redis;

import org.jspecify.annotations.NullMarked;
