package dev.caravan.platform.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.platform.ConfigurationFault;
import java.net.InetAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressChoiceTest {

    private static final NetworkCard LOOPBACK = card("lo", "127.0.0.1", "::1");
    private static final NetworkCard LAN = card("eth0", "192.168.1.20", "fe80::1");
    private static final NetworkCard OTHER = card("eth1", "10.20.0.5", "fd00::5");
    private static final NetworkCard DOCKER = card("docker0", "172.17.0.1");
    private static final NetworkCard VPN = card("tailscale0", "100.64.0.7");
    private static final NetworkCard IDLE =
            new NetworkCard("wlan0", false, List.of(address("192.168.7.7")));

    private static final List<NetworkCard> ALL =
            List.of(LOOPBACK, DOCKER, LAN, OTHER, VPN, IDLE, card("br-0a1b", "172.18.0.1"));

    @ParameterizedTest
    @CsvSource({
        "192.168.1.20, eth0",
        "10.20.0.5, eth1",
        "fd00::5, eth1",
        "100.64.0.7, tailscale0",
        "172.17.0.1, docker0",
    })
    void takesTheAddressThatTheWayToTheRegistryBeginsAt(String local, String card) {
        AdvertisedAddress chosen = AddressChoice.choose(nothingSet(), ALL, by(local));

        assertThat(chosen.address()).isEqualTo(address(local));
        assertThat(chosen.reason()).contains("http://registry:8761").contains(card);
    }

    @Test
    void takesLoopbackWhereTheRegistryIsOnThisHost() {
        AdvertisedAddress chosen = AddressChoice.choose(nothingSet(), ALL, by("127.0.0.1"));

        assertThat(chosen.host()).isEqualTo("127.0.0.1");
        assertThat(chosen.reason()).contains("on this host");
    }

    @Test
    void prefersTheSettingThenTheInterfaceToTheRoute() {
        AdvertisedAddress set =
                AddressChoice.choose(wish("10.20.0.5", "eth0", null), ALL, by("192.168.1.20"));
        AdvertisedAddress named =
                AddressChoice.choose(wish(null, "eth1", null), ALL, by("192.168.1.20"));

        assertThat(set.host()).isEqualTo("10.20.0.5");
        assertThat(set.reason()).contains("caravan.address.advertise is set, on eth1");
        assertThat(named.host()).isEqualTo("10.20.0.5");
        assertThat(named.reason()).contains("caravan.address.network-interface is set to eth1");
    }

    @Test
    void takesTheFamilyOfTheRouteFromANamedInterface() {
        AdvertisedAddress chosen =
                AddressChoice.choose(wish(null, "eth1", null), ALL, by("fd00::5"));

        assertThat(chosen.host()).isEqualTo("[fd00:0:0:0:0:0:0:5]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.9.9.9   |            | caravan.address.advertise: 10.9.9.9 (expected: an address of this host: ",
                "myhost     |            | caravan.address.advertise: myhost (expected: an IP address",
                "127.0.0.1  |            | caravan.address.advertise: 127.0.0.1 (expected: not loopback",
                "172.17.0.1 |            | caravan.address.advertise: 172.17.0.1 (expected: not docker0, a bridge for containers",
                "           | eth9       | caravan.address.network-interface: eth9 (expected: an interface of this host: ",
                "           | wlan0      | caravan.address.network-interface: wlan0 (expected: one that is up",
                "           | lo         | caravan.address.network-interface: lo (expected: not loopback",
                "           | br-0a1b    | caravan.address.network-interface: br-0a1b (expected: not br-0a1b, a bridge",
            })
    void refusesWhatIsNotHereOrNobodyCouldReachAndListsWhatThereIs(
            @Nullable String advertise, @Nullable String card, String message) {
        assertThatThrownBy(
                        () ->
                                AddressChoice.choose(
                                        wish(advertise, card, null), ALL, by("192.168.1.20")))
                .isInstanceOf(ConfigurationFault.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void listsInterfacesWithTheirAddressesInARefusal() {
        assertThatThrownBy(
                        () ->
                                AddressChoice.choose(
                                        wish("10.9.9.9", null, null), ALL, by("192.168.1.20")))
                .hasMessageContaining("eth0 192.168.1.20, eth1 10.20.0.5 fd00:0:0:0:0:0:0:5")
                .hasMessageContaining("wlan0 192.168.7.7 (down)")
                .hasMessageNotContaining("fe80");
    }

    @Test
    void allowsABridgeOrLoopbackThatIsSetWhereTheRegistryIsBehindItToo() {
        assertThat(AddressChoice.choose(wish(null, "docker0", null), ALL, by("172.17.0.1")).host())
                .isEqualTo("172.17.0.1");
        assertThat(AddressChoice.choose(wish("127.0.0.1", null, null), ALL, by("127.0.0.1")).host())
                .isEqualTo("127.0.0.1");
    }

    @Test
    void advertisesTheOneAddressItListensOn() {
        assertThat(
                        AddressChoice.choose(wish(null, null, "10.20.0.5"), ALL, by("192.168.1.20"))
                                .host())
                .isEqualTo("10.20.0.5");
        assertThat(
                        AddressChoice.choose(wish(null, null, "0.0.0.0"), ALL, by("192.168.1.20"))
                                .host())
                .isEqualTo("192.168.1.20");
    }

    @Test
    void refusesToListenWhereNobodyComesThatShould() {
        assertThatThrownBy(
                        () ->
                                AddressChoice.choose(
                                        wish(null, null, "127.0.0.1"), ALL, by("192.168.1.20")))
                .isInstanceOf(ConfigurationFault.class)
                .hasMessageStartingWith("server.address: 127.0.0.1 (expected: an address that can");
        assertThatThrownBy(
                        () ->
                                AddressChoice.choose(
                                        wish(null, "eth1", "192.168.1.20"),
                                        ALL,
                                        by("192.168.1.20")))
                .hasMessageContaining("eth1 (expected: 192.168.1.20, which server.address");
    }

    @Test
    void letsAServiceThatNobodyCallsListenOnLoopback() {
        AddressWish gateway =
                new AddressWish(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(address("127.0.0.1")),
                        false);

        assertThat(AddressChoice.choose(gateway, ALL, by("192.168.1.20")).host())
                .isEqualTo("127.0.0.1");
    }

    @Test
    void takesTheOnlyRealInterfaceWhereTheRegistryCannotBeLookedFor() {
        Route none = new Route.None("caravan.registry: no address is known for lab");

        AdvertisedAddress chosen =
                AddressChoice.choose(nothingSet(), List.of(LOOPBACK, DOCKER, LAN, IDLE), none);

        assertThat(chosen.host()).isEqualTo("192.168.1.20");
        assertThat(chosen.reason()).contains("eth0 is the only interface").contains("lab");
        assertThatThrownBy(() -> AddressChoice.choose(nothingSet(), ALL, none))
                .isInstanceOf(ConfigurationFault.class)
                .hasMessageStartingWith("caravan.registry: no address is known for lab (expected: ")
                .hasMessageContaining("eth0 192.168.1.20");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "docker0",
                "br-3f2a",
                "virbr0",
                "cni0",
                "veth12ab",
                "podman1",
                "lxdbr0",
                "flannel.1"
            })
    void knowsContainerBridgesByTheirNames(String name) {
        assertThat(card(name, "172.17.0.1").isBridge()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"eth0", "enp3s0", "wlan0", "wg0", "tun0", "tailscale0", "br0", "bond0"})
    void takesOthersForRealOnes(String name) {
        assertThat(card(name, "172.17.0.1").isBridge()).isFalse();
    }

    @Test
    void findsTheWayToAnAddressOfThisHostWithoutAnybodyListening() {
        Route loopback = HostNetwork.routeTo(URI.create("http://127.0.0.1:9"));

        assertThat(loopback.localAddress()).contains(address("127.0.0.1"));
        assertThat(HostNetwork.routeTo(URI.create("http://no-such-host.invalid:9")))
                .isInstanceOfSatisfying(
                        Route.None.class,
                        none -> assertThat(none.reason()).contains("no-such-host.invalid"));
        assertThat(HostNetwork.cards())
                .anyMatch(card -> card.addresses().contains(address("127.0.0.1")));
    }

    private static AddressWish nothingSet() {
        return new AddressWish(Optional.empty(), Optional.empty(), Optional.empty(), true);
    }

    private static AddressWish wish(
            @Nullable String advertise, @Nullable String card, @Nullable String bind) {
        return new AddressWish(
                Optional.ofNullable(advertise),
                Optional.ofNullable(card),
                Optional.ofNullable(bind).map(AddressChoiceTest::address),
                true);
    }

    private static Route by(String local) {
        return new Route.By(address(local), "http://registry:8761");
    }

    private static NetworkCard card(String name, String... addresses) {
        return new NetworkCard(
                name, true, Arrays.stream(addresses).map(AddressChoiceTest::address).toList());
    }

    private static InetAddress address(String text) {
        return InetAddress.ofLiteral(text);
    }
}
