/** Planted violations of the architecture rules, for {@code LayerRulesTest}. */
@NullMarked
package dev.caravan.core.planted;

import org.jspecify.annotations.NullMarked;
