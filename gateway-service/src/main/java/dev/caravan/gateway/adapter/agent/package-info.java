/**
 * Talks to the agents: runs, and the streams that tell their load. Start at {@link
 * dev.caravan.gateway.adapter.agent.HttpReplicas}.
 */
@NullMarked
package dev.caravan.gateway.adapter.agent;

import org.jspecify.annotations.NullMarked;
