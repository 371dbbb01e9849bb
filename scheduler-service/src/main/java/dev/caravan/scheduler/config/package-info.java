/** Settings and wiring. Start at {@link dev.caravan.scheduler.config.SchedulerConfiguration}. */
@NullMarked
package dev.caravan.scheduler.config;

import org.jspecify.annotations.NullMarked;
