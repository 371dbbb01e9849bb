package dev.caravan.platform.address;

import java.net.InetAddress;
import java.util.Optional;

/** The way from this host to the registry, as the system would take it now. */
public sealed interface Route {

    /**
     * @param local the address that a connection would have on this side
     * @param registry URL of the registry
     */
    record By(InetAddress local, String registry) implements Route {}

    /**
     * @param reason for people; names the registry
     */
    record None(String reason) implements Route {}

    default Optional<InetAddress> localAddress() {
        return switch (this) {
            case By(var local, _) -> Optional.of(local);
            case None _ -> Optional.empty();
        };
    }
}
