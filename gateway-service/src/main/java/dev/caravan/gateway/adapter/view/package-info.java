/**
 * Where views come from: Redis while it is there, a file at the start. Start at {@link
 * dev.caravan.gateway.adapter.view.RedisViews}.
 */
@NullMarked
package dev.caravan.gateway.adapter.view;

import org.jspecify.annotations.NullMarked;
