/** Planted violations of the architecture rules, for {@code LayerRulesTest}. */
@NullMarked
package dev.caravan.planted.adapter.redis;

import org.jspecify.annotations.NullMarked;
