/** What an agent tells at once instead of waiting to be asked. Start at {@link AgentEvents}. */
@NullMarked
package dev.caravan.worker.app.event;

import org.jspecify.annotations.NullMarked;
