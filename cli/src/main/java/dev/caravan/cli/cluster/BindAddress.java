package dev.caravan.cli.cluster;

import dev.caravan.platform.address.NetworkCard;
import java.net.InetAddress;
import java.util.List;

/** The address to listen on, held against what this host has. */
public final class BindAddress {

    private BindAddress() {}

    /**
     * @param option whose value it is, for the message
     * @throws IllegalArgumentException where it is no address of one of {@code cards}
     */
    public static InetAddress check(String option, String text, List<NetworkCard> cards) {
        InetAddress address;
        try {
            address = InetAddress.ofLiteral(text.strip());
        } catch (IllegalArgumentException noAddress) {
            throw notHere(option, text, cards);
        }
        if (address.isLoopbackAddress()
                || cards.stream().anyMatch(card -> card.addresses().contains(address))) {
            return address;
        }
        throw notHere(option, text, cards);
    }

    private static IllegalArgumentException notHere(
            String option, String text, List<NetworkCard> cards) {
        return new IllegalArgumentException(
                "%s: %s (expected: one address of this machine: %s)"
                        .formatted(option, text, NetworkCard.listed(cards)));
    }
}
