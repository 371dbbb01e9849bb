/**
 * RPC servers' bytes between agents: one authenticated HTTP/1.1 connection that is upgraded for
 * each connection of a head. Start at {@link dev.caravan.worker.adapter.link.HttpRpcLinks} for the
 * head's side and at {@link dev.caravan.worker.adapter.link.LinkServer} for the member's.
 */
@NullMarked
package dev.caravan.worker.adapter.link;

import org.jspecify.annotations.NullMarked;
