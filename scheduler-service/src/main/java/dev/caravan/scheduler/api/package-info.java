/** The routes of the scheduler. Start at {@link dev.caravan.scheduler.api.LoadController}. */
@NullMarked
package dev.caravan.scheduler.api;

import org.jspecify.annotations.NullMarked;
