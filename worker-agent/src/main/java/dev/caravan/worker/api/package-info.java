/**
 * What an agent is asked over HTTP. Start at {@link dev.caravan.worker.api.RunController} (data)
 * and {@link dev.caravan.worker.api.ReportController} (control).
 */
@NullMarked
package dev.caravan.worker.api;

import org.jspecify.annotations.NullMarked;
