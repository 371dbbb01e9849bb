/**
 * The services that an agent talks to by itself. Start at {@link
 * dev.caravan.worker.adapter.neighbours.EventPusher}.
 */
@NullMarked
package dev.caravan.worker.adapter.neighbours;

import org.jspecify.annotations.NullMarked;
