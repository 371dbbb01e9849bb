/** Settings and wiring. Start at {@link dev.caravan.gateway.config.GatewayProperties}. */
@NullMarked
package dev.caravan.gateway.config;

import org.jspecify.annotations.NullMarked;
