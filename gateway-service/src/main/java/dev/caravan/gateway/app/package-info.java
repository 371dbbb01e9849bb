/**
 * Who may ask, who waits, which replica answers, what is loaded for it; and the ports to the
 * neighbours. Start at {@link dev.caravan.gateway.app.AdmissionControl}.
 */
@NullMarked
package dev.caravan.gateway.app;

import org.jspecify.annotations.NullMarked;
