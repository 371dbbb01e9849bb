/**
 * Who and what is there, as values. Start at {@link dev.caravan.core.cluster.ClusterView}; all
 * types are immutable.
 */
@NullMarked
package dev.caravan.core.cluster;

import org.jspecify.annotations.NullMarked;
