/**
 * Asks the scheduler for loads. Start at {@link
 * dev.caravan.gateway.adapter.scheduler.SchedulerLoader}.
 */
@NullMarked
package dev.caravan.gateway.adapter.scheduler;

import org.jspecify.annotations.NullMarked;
