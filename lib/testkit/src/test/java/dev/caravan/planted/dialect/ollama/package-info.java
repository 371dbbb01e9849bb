/** Planted violations of the architecture rules, for {@code LayerRulesTest}. */
@NullMarked
package dev.caravan.planted.dialect.ollama;

import org.jspecify.annotations.NullMarked;
