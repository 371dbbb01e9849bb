/**
 * Decides where a model's engine runs. Start at {@link dev.caravan.core.placement.FirstFit}; all
 * types are immutable.
 */
@NullMarked
package dev.caravan.core.placement;

import org.jspecify.annotations.NullMarked;
