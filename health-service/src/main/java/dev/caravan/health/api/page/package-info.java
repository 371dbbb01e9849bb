/**
 * The cluster page: its files, what it shows, and the stream that keeps it up to date. Start at
 * {@link dev.caravan.health.api.page.PageRoutes}.
 */
@NullMarked
package dev.caravan.health.api.page;

import org.jspecify.annotations.NullMarked;
