/**
 * What all services share and that must not differ: the cluster's settings and token, how
 * neighbours are found, Redis options, leadership, the ready file, log and JSON form. All of it
 * comes by auto-configuration; start at {@link dev.caravan.platform.ClusterProperties} and at
 * {@code caravan-defaults.yml}.
 */
@NullMarked
package dev.caravan.platform;

import org.jspecify.annotations.NullMarked;
