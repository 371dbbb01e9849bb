/**
 * Reads the head of a GGUF file within fixed bounds and says what a plan needs to know of the
 * model. Start at {@link dev.caravan.gguf.GgufReader}; {@link dev.caravan.gguf.GgufFacts} is what
 * most callers want of the result.
 */
@NullMarked
package dev.caravan.gguf;

import org.jspecify.annotations.NullMarked;
