/**
 * What can go wrong, as codes; the edge turns them into its own form. Start at {@link
 * dev.caravan.core.fault.FaultCode}.
 */
@NullMarked
package dev.caravan.core.fault;

import org.jspecify.annotations.NullMarked;
