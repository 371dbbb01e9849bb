/** Writes the records that scheduler and registry read. */
@NullMarked
package dev.caravan.health.adapter.redis;

import org.jspecify.annotations.NullMarked;
