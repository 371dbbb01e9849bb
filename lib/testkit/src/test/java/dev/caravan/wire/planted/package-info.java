/** Planted violations of the architecture rules, for {@code LayerRulesTest}. */
@NullMarked
package dev.caravan.wire.planted;

import org.jspecify.annotations.NullMarked;
