/**
 * The health service over HTTP. Start at {@link
 * dev.caravan.gateway.adapter.health.HealthSightings}.
 */
@NullMarked
package dev.caravan.gateway.adapter.health;

import org.jspecify.annotations.NullMarked;
