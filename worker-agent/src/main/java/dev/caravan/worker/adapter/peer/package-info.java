/** Models from other agents' stores. Start at {@link dev.caravan.worker.adapter.peer.HttpPeers}. */
@NullMarked
package dev.caravan.worker.adapter.peer;

import org.jspecify.annotations.NullMarked;
