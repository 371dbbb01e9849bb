/**
 * The public API: takes a request in a client's dialect, finds a replica for it and streams its
 * answer. Warm requests need nothing but the view in memory and the agent. Start at {@link
 * dev.caravan.gateway.api.InferenceRoutes}.
 */
@NullMarked
package dev.caravan.gateway;

import org.jspecify.annotations.NullMarked;
