/**
 * Merges what the agents hold into one catalogue. Start at {@link
 * dev.caravan.registry.app.Catalogue}.
 */
@NullMarked
package dev.caravan.registry.app;

import org.jspecify.annotations.NullMarked;
