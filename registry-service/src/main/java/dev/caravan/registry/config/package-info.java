/** Wires the registry. */
@NullMarked
package dev.caravan.registry.config;

import org.jspecify.annotations.NullMarked;
