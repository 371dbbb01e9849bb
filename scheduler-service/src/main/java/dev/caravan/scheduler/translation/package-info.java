/**
 * Between the records that cross and the values decided on; used by the routes and the adapters
 * alike. Start at {@link dev.caravan.scheduler.translation.Reports}.
 */
@NullMarked
package dev.caravan.scheduler.translation;

import org.jspecify.annotations.NullMarked;
