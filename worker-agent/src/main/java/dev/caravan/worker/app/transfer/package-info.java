/**
 * Models on their way between this host's store and registries or other agents. Start at {@link
 * dev.caravan.worker.app.transfer.Transfers}.
 */
@NullMarked
package dev.caravan.worker.app.transfer;

import org.jspecify.annotations.NullMarked;
