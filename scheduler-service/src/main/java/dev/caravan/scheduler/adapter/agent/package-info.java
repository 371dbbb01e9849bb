/** Agents over HTTP. Start at {@link dev.caravan.scheduler.adapter.agent.HttpAgentLink}. */
@NullMarked
package dev.caravan.scheduler.adapter.agent;

import org.jspecify.annotations.NullMarked;
