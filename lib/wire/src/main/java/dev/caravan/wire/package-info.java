/**
 * What crosses between our processes, as JSON records that only grow: new fields are optional,
 * unknown ones are ignored, a breaking change is a new path. Start at {@link
 * dev.caravan.wire.Routes}, then {@link dev.caravan.wire.AgentReport} (control) and {@link
 * dev.caravan.wire.Frame} (data).
 */
@NullMarked
package dev.caravan.wire;

import org.jspecify.annotations.NullMarked;
