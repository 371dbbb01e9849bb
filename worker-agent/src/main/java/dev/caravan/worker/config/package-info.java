/** Puts the agent together. Start at {@link dev.caravan.worker.config.WorkerConfiguration}. */
@NullMarked
package dev.caravan.worker.config;

import org.jspecify.annotations.NullMarked;
