package dev.caravan.platform.address;

import java.net.InetAddress;
import java.util.Optional;

/**
 * What the settings say of the address.
 *
 * @param advertise the address itself
 * @param card the name of the interface whose address it is to be
 * @param bind the one address that is listened on; empty where that is all of them, or not said
 * @param called whether neighbours call this service; nobody calls a gateway
 */
public record AddressWish(
        Optional<String> advertise,
        Optional<String> card,
        Optional<InetAddress> bind,
        boolean called) {

    public AddressWish {
        advertise = advertise.map(String::strip).filter(text -> !text.isEmpty());
        card = card.map(String::strip).filter(text -> !text.isEmpty());
        bind = bind.filter(address -> !address.isAnyLocalAddress());
    }
}
