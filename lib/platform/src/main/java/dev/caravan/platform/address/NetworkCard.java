package dev.caravan.platform.address;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One network interface of this host, real or not.
 *
 * @param name as the system calls it, such as {@code eth0}
 * @param up whether it carries packets now
 */
public record NetworkCard(String name, boolean up, List<InetAddress> addresses) {

    /** What container engines and hypervisors make: no other host has a way into these. */
    private static final Pattern BRIDGE =
            Pattern.compile("(docker|br-|virbr|cni|veth|podman|lxcbr|lxdbr|flannel|cali|vnet).*");

    public NetworkCard {
        addresses = List.copyOf(addresses);
    }

    /** Whether only containers or virtual machines of this host are behind it. */
    public boolean isBridge() {
        return BRIDGE.matcher(name).matches();
    }

    boolean isLoopback() {
        return !addresses.isEmpty() && addresses.stream().allMatch(InetAddress::isLoopbackAddress);
    }

    boolean has(InetAddress address) {
        return addresses.contains(address);
    }

    /** What others could connect to; an address that is valid on one link only is not. */
    Optional<InetAddress> usual(Optional<InetAddress> ofTheFamilyOf) {
        Class<?> family = ofTheFamilyOf.<Class<?>>map(Object::getClass).orElse(Inet4Address.class);
        return addresses.stream()
                .filter(address -> !address.isLinkLocalAddress())
                .min(Comparator.comparing(address -> address.getClass() != family));
    }

    /** One line for people: {@code eth0 192.0.2.2}. */
    @Override
    public String toString() {
        return name
                + " "
                + addresses.stream()
                        .filter(address -> !address.isLinkLocalAddress())
                        .map(AdvertisedAddress::literal)
                        .collect(Collectors.joining(" "))
                + (up ? "" : " (down)");
    }

    /** All of {@code cards} that have an address others could use, for a message. */
    public static String listed(List<NetworkCard> cards) {
        String all =
                cards.stream()
                        .filter(card -> card.usual(Optional.empty()).isPresent())
                        .map(NetworkCard::toString)
                        .collect(Collectors.joining(", "));
        return all.isEmpty() ? "none" : all;
    }
}
