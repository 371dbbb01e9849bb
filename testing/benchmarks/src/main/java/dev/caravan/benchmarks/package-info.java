/**
 * Figures, always as ratios from one run. Start at {@link dev.caravan.benchmarks.SuiteBenchmark}.
 */
@NullMarked
package dev.caravan.benchmarks;

import org.jspecify.annotations.NullMarked;
