/**
 * Control plane: asks each agent how it is, judges the ones that do not answer and tells the
 * others. Start at {@link dev.caravan.health.app.HealthRounds}.
 */
@NullMarked
package dev.caravan.health;

import org.jspecify.annotations.NullMarked;
