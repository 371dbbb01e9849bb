package dev.caravan.platform.address;

import dev.caravan.platform.ConfigurationFault;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * Chooses the address under which others reach this process. In this order: the setting; the named
 * interface; the one address it listens on; the address that a connection to the registry has on
 * this side, since what reaches the registry can be reached from there too (this is what finds the
 * right one of several cards, and a VPN where the registry is behind it). It is a loopback address
 * or that of a container bridge only where the registry is there as well.
 *
 * <p>The host's own name is not asked: what it stands for is more often wrong than right, {@code
 * 127.0.1.1} or the first card.
 */
public final class AddressChoice {

    public static final String ADVERTISE = "caravan.address.advertise";
    public static final String CARD = "caravan.address.network-interface";

    private final AddressWish wish;
    private final List<NetworkCard> cards;
    private final Route route;

    private AddressChoice(AddressWish wish, List<NetworkCard> cards, Route route) {
        this.wish = wish;
        this.cards = List.copyOf(cards);
        this.route = route;
    }

    /**
     * A pure function of its arguments.
     *
     * @throws ConfigurationFault where a setting names what this host does not have, or what nobody
     *     could reach; or where nothing is set and no address suggests itself
     */
    public static AdvertisedAddress choose(AddressWish wish, List<NetworkCard> cards, Route route) {
        return new AddressChoice(wish, cards, route).choose();
    }

    private AdvertisedAddress choose() {
        if (wish.advertise().isPresent()) {
            return advertised(wish.advertise().get());
        }
        if (wish.card().isPresent()) {
            return ofCard(wish.card().get());
        }
        if (wish.bind().isPresent()) {
            return bound(wish.bind().get());
        }
        return switch (route) {
            case Route.By by -> byRoute(by);
            case Route.None none -> only(none);
        };
    }

    private AdvertisedAddress advertised(String text) {
        InetAddress address = literal(ADVERTISE, text);
        NetworkCard card =
                cardOf(address)
                        .orElseThrow(
                                () -> fault(ADVERTISE, text, "an address of this host: " + here()));
        requireReachable(ADVERTISE, text, address, card);
        return new AdvertisedAddress(address, "%s is set, on %s".formatted(ADVERTISE, card.name()));
    }

    private AdvertisedAddress ofCard(String name) {
        NetworkCard card =
                cards.stream()
                        .filter(one -> one.name().equals(name))
                        .findFirst()
                        .orElseThrow(
                                () -> fault(CARD, name, "an interface of this host: " + here()));
        InetAddress address =
                Optional.of(card)
                        .filter(NetworkCard::up)
                        .flatMap(one -> one.usual(route.localAddress()))
                        .orElseThrow(
                                () ->
                                        fault(
                                                CARD,
                                                name,
                                                "one that is up and has an address: " + here()));
        requireReachable(CARD, name, address, card);
        return new AdvertisedAddress(address, "%s is set to %s".formatted(CARD, name));
    }

    private AdvertisedAddress bound(InetAddress bind) {
        if (bind.isLoopbackAddress() && wish.called() && !registryIsOnLoopback()) {
            throw fault(
                    "server.address",
                    AdvertisedAddress.literal(bind),
                    "an address that can be reached from the registry: " + here());
        }
        return new AdvertisedAddress(bind, "it is the only address listened on");
    }

    private AdvertisedAddress byRoute(Route.By by) {
        if (by.local().isLoopbackAddress()) {
            return new AdvertisedAddress(
                    by.local(), "the registry %s is on this host".formatted(by.registry()));
        }
        return new AdvertisedAddress(
                by.local(),
                "the way to the registry %s begins there, on %s"
                        .formatted(
                                by.registry(),
                                cardOf(by.local()).map(NetworkCard::name).orElse("?")));
    }

    /** The registry cannot be found; with one card there is still only one answer. */
    private AdvertisedAddress only(Route.None none) {
        List<NetworkCard> usable =
                cards.stream()
                        .filter(card -> card.up() && !card.isLoopback() && !card.isBridge())
                        .filter(card -> card.usual(Optional.empty()).isPresent())
                        .toList();
        if (usable.size() != 1) {
            throw new ConfigurationFault(
                    "%s (expected: a way to it, or %s or %s set to one of: %s)"
                            .formatted(none.reason(), ADVERTISE, CARD, here()));
        }
        NetworkCard card = usable.getFirst();
        return new AdvertisedAddress(
                card.usual(Optional.empty()).orElseThrow(),
                "%s is the only interface; %s".formatted(card.name(), none.reason()));
    }

    private void requireReachable(
            String setting, String value, InetAddress address, NetworkCard card) {
        if (address.isLoopbackAddress() && !registryIsOnLoopback()) {
            throw fault(setting, value, "not loopback, since the registry is not there: " + here());
        }
        boolean registryIsBehindIt = route.localAddress().filter(card::has).isPresent();
        if (card.isBridge() && !registryIsBehindIt) {
            throw fault(
                    setting,
                    value,
                    "not %s, a bridge for containers behind which the registry is not: %s"
                            .formatted(card.name(), here()));
        }
        wish.bind()
                .filter(bind -> !bind.equals(address))
                .ifPresent(
                        bind -> {
                            throw fault(
                                    setting,
                                    value,
                                    "%s, which server.address says to listen on, or 0.0.0.0 there"
                                            .formatted(AdvertisedAddress.literal(bind)));
                        });
    }

    private boolean registryIsOnLoopback() {
        return route.localAddress().filter(InetAddress::isLoopbackAddress).isPresent();
    }

    private Optional<NetworkCard> cardOf(InetAddress address) {
        return cards.stream().filter(card -> card.has(address)).findFirst();
    }

    private String here() {
        return NetworkCard.listed(cards);
    }

    /**
     * @throws ConfigurationFault where {@code text} is a name or nothing at all
     */
    public static InetAddress literal(String setting, String text) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException noAddress) {
            throw fault(setting, text, "an IP address, such as 192.168.1.20");
        }
    }

    private static ConfigurationFault fault(String setting, String value, String expected) {
        return new ConfigurationFault("%s: %s (expected: %s)".formatted(setting, value, expected));
    }
}
