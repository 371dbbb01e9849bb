package dev.caravan.platform;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How neighbours reach this process; chosen by the way to the registry where nothing is set. Where
 * it listens is {@code server.address}: what is advertised, unless set.
 *
 * @param advertise an IP address of this host; wins over {@code networkInterface}
 * @param networkInterface name of the interface whose address it is
 */
@ConfigurationProperties("caravan.address")
public record AddressProperties(@Nullable String advertise, @Nullable String networkInterface) {}
