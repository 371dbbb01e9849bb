/**
 * The suite as its user meets it: real processes, a real llama.cpp, a real Redis, faults from
 * outside. Start at {@link dev.caravan.e2e.LocalCluster} and {@link dev.caravan.e2e.FirstAnswerIT}.
 */
@NullMarked
package dev.caravan.e2e;

import org.jspecify.annotations.NullMarked;
