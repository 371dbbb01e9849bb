/**
 * Starts processes that die with their owner: a pipe that only the owner holds is the leash, and a
 * list of pid and start time is the net below it. Start at {@link
 * dev.caravan.engine.process.ProcessLauncher}.
 */
@NullMarked
package dev.caravan.engine.process;

import org.jspecify.annotations.NullMarked;
