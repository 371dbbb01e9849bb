/**
 * Which engines should run: a numbered wish that is kept on disk and that the engines are made to
 * follow. Start at {@link dev.caravan.worker.app.desired.ReconcileLoop}.
 */
@NullMarked
package dev.caravan.worker.app.desired;

import org.jspecify.annotations.NullMarked;
