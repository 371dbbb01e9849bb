/**
 * Shapes that cross between services as the agent knows them, where an adapter and a route share
 * one. Start at {@link dev.caravan.worker.mapping.PolicyMessages}.
 */
@NullMarked
package dev.caravan.worker.mapping;

import org.jspecify.annotations.NullMarked;
