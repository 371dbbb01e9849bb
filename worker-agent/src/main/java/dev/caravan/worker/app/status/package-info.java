/** What the agent says of itself. Start at {@link dev.caravan.worker.app.status.StatusBoard}. */
@NullMarked
package dev.caravan.worker.app.status;

import org.jspecify.annotations.NullMarked;
