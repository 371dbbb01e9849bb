/**
 * One generation, in neutral words: what every dialect asks for and every engine answers. Start at
 * {@link dev.caravan.core.run.RunRequest} and {@link dev.caravan.core.run.RunFrame}.
 */
@NullMarked
package dev.caravan.core.run;

import org.jspecify.annotations.NullMarked;
