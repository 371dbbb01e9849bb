/** The gateway as a client sees it. Start at {@link dev.caravan.cli.api.GatewayClient}. */
@NullMarked
package dev.caravan.cli.api;

import org.jspecify.annotations.NullMarked;
