/**
 * Which replica answers a request. Start at {@link dev.caravan.core.routing.Router}; everything
 * here is a pure function of a view and the loads that are known.
 */
@NullMarked
package dev.caravan.core.routing;

import org.jspecify.annotations.NullMarked;
