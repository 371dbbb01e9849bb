/** Wires the health service. */
@NullMarked
package dev.caravan.health.config;

import org.jspecify.annotations.NullMarked;
