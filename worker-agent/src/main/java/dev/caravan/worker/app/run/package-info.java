/** One generation on this host. Start at {@link dev.caravan.worker.app.run.Runs}. */
@NullMarked
package dev.caravan.worker.app.run;

import org.jspecify.annotations.NullMarked;
