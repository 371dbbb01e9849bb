/** Planted violations of the architecture rules, for {@code LayerRulesTest}. */
@NullMarked
package dev.caravan.health.planted;

import org.jspecify.annotations.NullMarked;
