/**
 * Processes that outlive the command: starting them, recognising them later, reading what they use.
 * Start at {@link dev.caravan.cli.process.Daemons}.
 */
@NullMarked
package dev.caravan.cli.process;

import org.jspecify.annotations.NullMarked;
