/**
 * What a model is: its name, its digest, its size and what it promises. Start at {@link
 * dev.caravan.core.model.ModelRef} and {@link dev.caravan.core.model.ModelFacts}.
 */
@NullMarked
package dev.caravan.core.model;

import org.jspecify.annotations.NullMarked;
