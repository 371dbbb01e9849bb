/**
 * Turns silence into suspicion, and suspicion into a verdict. Start at {@link
 * dev.caravan.core.health.SilenceDetector}; all types are immutable.
 */
@NullMarked
package dev.caravan.core.health;

import org.jspecify.annotations.NullMarked;
