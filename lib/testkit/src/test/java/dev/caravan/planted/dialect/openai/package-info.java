/** Planted violations of the architecture rules, for {@code LayerRulesTest}. */
@NullMarked
package dev.caravan.planted.dialect.openai;

import org.jspecify.annotations.NullMarked;
