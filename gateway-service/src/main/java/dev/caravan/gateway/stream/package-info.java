/**
 * Frames in, frames out: what a replica answers, and what becomes of it when a replica breaks.
 * Start at {@link dev.caravan.gateway.stream.Answers}.
 */
@NullMarked
package dev.caravan.gateway.stream;

import org.jspecify.annotations.NullMarked;
