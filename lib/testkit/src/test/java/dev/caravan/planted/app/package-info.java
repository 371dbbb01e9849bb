/** Planted violations of the architecture rules, for {@code LayerRulesTest}. */
@NullMarked
package dev.caravan.planted.app;

import org.jspecify.annotations.NullMarked;
