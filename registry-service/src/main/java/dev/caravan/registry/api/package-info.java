/** The internal routes: the catalogue, and events from agents. */
@NullMarked
package dev.caravan.registry.api;

import org.jspecify.annotations.NullMarked;
