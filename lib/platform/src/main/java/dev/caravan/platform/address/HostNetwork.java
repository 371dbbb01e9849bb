package dev.caravan.platform.address;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;

/** What {@link AddressChoice} decides on, as this host has it now. */
public final class HostNetwork {

    private static final int HTTP = 80;

    private HostNetwork() {}

    /** Down ones included; empty where the system does not tell. */
    public static List<NetworkCard> cards() {
        try {
            return NetworkInterface.networkInterfaces().map(HostNetwork::card).toList();
        } catch (SocketException untold) {
            return List.of();
        }
    }

    private static NetworkCard card(NetworkInterface found) {
        boolean up;
        try {
            up = found.isUp();
        } catch (SocketException justGone) {
            up = false;
        }
        return new NetworkCard(found.getName(), up, found.inetAddresses().toList());
    }

    /**
     * How the system would connect to {@code registry}. Nothing is sent, so the registry need not
     * be there yet; a host name is looked up, which may take seconds.
     */
    public static Route routeTo(URI registry) {
        String host = registry.getHost();
        if (host == null) {
            return new Route.None("caravan.registry: " + registry + " names no host");
        }
        try (DatagramSocket socket = new DatagramSocket()) {
            int port = registry.getPort() > 0 ? registry.getPort() : HTTP;
            socket.connect(new InetSocketAddress(InetAddress.getByName(host), port));
            return new Route.By(socket.getLocalAddress(), registry.toString());
        } catch (UnknownHostException unknown) {
            return new Route.None("caravan.registry: no address is known for " + host);
        } catch (SocketException unreachable) {
            return new Route.None(
                    "caravan.registry: no route to %s: %s"
                            .formatted(registry, unreachable.getMessage()));
        }
    }
}
