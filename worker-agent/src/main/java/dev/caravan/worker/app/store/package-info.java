/**
 * The models on this host's disk: which there are, how their bytes come in, how one is made. Start
 * at {@link dev.caravan.worker.app.store.ModelStore}.
 */
@NullMarked
package dev.caravan.worker.app.store;

import org.jspecify.annotations.NullMarked;
