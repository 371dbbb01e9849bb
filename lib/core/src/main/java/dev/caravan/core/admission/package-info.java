/**
 * Who waits, and in which order. Start at {@link dev.caravan.core.admission.WaitingLine}; nothing
 * here knows threads or time.
 */
@NullMarked
package dev.caravan.core.admission;

import org.jspecify.annotations.NullMarked;
