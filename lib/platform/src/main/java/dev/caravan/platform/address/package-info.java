/**
 * Under which address others reach this process. Start at {@link
 * dev.caravan.platform.address.AddressChoice}; plain Java, so that the command line tool shares it.
 */
@NullMarked
package dev.caravan.platform.address;

import org.jspecify.annotations.NullMarked;
