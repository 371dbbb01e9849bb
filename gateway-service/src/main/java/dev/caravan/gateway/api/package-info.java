/**
 * The gateway's routes: bodies in, answers out, errors in the dialect's form. Start at {@link
 * dev.caravan.gateway.api.InferenceRoutes}.
 */
@NullMarked
package dev.caravan.gateway.api;

import org.jspecify.annotations.NullMarked;
