/**
 * Wire records to core types and back, for the adapters, which do not know each other. Start at
 * {@link dev.caravan.gateway.mapping.WireViews}.
 */
@NullMarked
package dev.caravan.gateway.mapping;

import org.jspecify.annotations.NullMarked;
