/** Planted violations of the architecture rules, for {@code LayerRulesTest}. */
@NullMarked
package dev.caravan.scheduler.planted;

import org.jspecify.annotations.NullMarked;
