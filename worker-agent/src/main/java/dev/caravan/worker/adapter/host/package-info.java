/** The machine under the agent. Start at {@link dev.caravan.worker.adapter.host.SampledMemory}. */
@NullMarked
package dev.caravan.worker.adapter.host;

import org.jspecify.annotations.NullMarked;
