/**
 * What the scheduler counts. Start at {@link
 * dev.caravan.scheduler.adapter.micrometer.SchedulerMetric}.
 */
@NullMarked
package dev.caravan.scheduler.adapter.micrometer;

import org.jspecify.annotations.NullMarked;
