/**
 * What tests of all modules share: architecture rules, a real Redis that can be frozen and killed,
 * a clock set by hand, the page of the metrics. Test scope everywhere. Start at {@link
 * dev.caravan.testkit.LayerRules} and {@link dev.caravan.testkit.LocalRedis}.
 */
@NullMarked
package dev.caravan.testkit;

import org.jspecify.annotations.NullMarked;
