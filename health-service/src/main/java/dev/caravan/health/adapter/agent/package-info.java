/** Asks agents over HTTP. */
@NullMarked
package dev.caravan.health.adapter.agent;

import org.jspecify.annotations.NullMarked;
