/**
 * The model store over HTTP, for gateways: blobs, create, show. Start at {@link
 * dev.caravan.worker.api.store.StoreRoutes}.
 */
@NullMarked
package dev.caravan.worker.api.store;

import org.jspecify.annotations.NullMarked;
