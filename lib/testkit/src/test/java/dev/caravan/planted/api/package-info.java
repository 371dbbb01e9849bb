/** Planted violations of the architecture rules, for {@code LayerRulesTest}. */
@NullMarked
package dev.caravan.planted.api;

import org.jspecify.annotations.NullMarked;
