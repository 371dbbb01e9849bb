/**
 * Control plane: decides which agent loads a model that somebody asks for, tells the agents what
 * they should run, and publishes the view that gateways route by. Start at {@link
 * dev.caravan.scheduler.app.Desk}, which decides; {@link dev.caravan.scheduler.SchedulerService}
 * starts the process.
 */
@NullMarked
package dev.caravan.scheduler;

import org.jspecify.annotations.NullMarked;
