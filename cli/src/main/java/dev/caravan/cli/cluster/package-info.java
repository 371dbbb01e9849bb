/**
 * The local cluster: its folder, its processes, how it is started and ended. Start at {@link
 * dev.caravan.cli.cluster.Startup} and {@link dev.caravan.cli.cluster.Shutdown}.
 */
@NullMarked
package dev.caravan.cli.cluster;

import org.jspecify.annotations.NullMarked;
