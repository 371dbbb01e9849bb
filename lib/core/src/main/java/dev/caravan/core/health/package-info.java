/**
 * Turns silence into suspicion, and suspicion into a verdict: of agents, start at {@link
 * dev.caravan.core.health.SilenceDetector}; of engines, at {@link
 * dev.caravan.core.health.EnginePace}.
 */
@NullMarked
package dev.caravan.core.health;

import org.jspecify.annotations.NullMarked;
