/**
 * Circuit breakers of replicas, with Resilience4j. Start at {@link
 * dev.caravan.gateway.adapter.breaker.ReplicaBreakers}.
 */
@NullMarked
package dev.caravan.gateway.adapter.breaker;

import org.jspecify.annotations.NullMarked;
