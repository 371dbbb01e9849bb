/** The internal routes: nodes with their verdicts, and events from agents. */
@NullMarked
package dev.caravan.health.api;

import org.jspecify.annotations.NullMarked;
