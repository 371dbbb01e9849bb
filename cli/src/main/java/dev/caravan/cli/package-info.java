/**
 * The {@code caravan} command: starts, shows and ends a cluster on one machine, and talks to its
 * gateway.
 *
 * <p>Start at {@link dev.caravan.cli.Main}; each command is a class of its own. What a command does
 * to processes is in {@code cluster}, what it says to the gateway in {@code api}.
 */
@NullMarked
package dev.caravan.cli;

import org.jspecify.annotations.NullMarked;
