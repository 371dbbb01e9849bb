/**
 * Decides what is loaded where, and carries it out through ports. Start at {@link
 * dev.caravan.scheduler.app.Desk}: all decisions, with no thread, clock or I/O of its own; {@link
 * dev.caravan.scheduler.app.Coordinator} gives it those, on one thread.
 */
@NullMarked
package dev.caravan.scheduler.app;

import org.jspecify.annotations.NullMarked;
