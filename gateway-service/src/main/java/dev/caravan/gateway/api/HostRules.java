package dev.caravan.gateway.api;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * By which names this machine may be called while it listens to itself only, so that no page of the
 * web reaches it by a name that was made to lead here (DNS rebinding).
 */
public final class HostRules {

    private static final List<String> LOCAL_ENDINGS = List.of(".localhost", ".local", ".internal");
    private static final Pattern DOTTED = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern WITH_PORT =
            Pattern.compile("(?:\\[([^\\]]*)\\]|([^:\\[\\]]*)):[^:]*");

    /** How a request's Host was taken. */
    enum Taken {
        ADDRESS,
        NAME,
        REFUSED
    }

    private final String machine;

    /**
     * @param machine this machine's own name
     */
    public HostRules(String machine) {
        this.machine = machine.toLowerCase(Locale.ROOT);
    }

    /**
     * @param header the request's Host, with or without a port
     */
    Taken take(String header) {
        String host = withoutPort(header).toLowerCase(Locale.ROOT);
        if (address(host).filter(HostRules::isNear).isPresent()) {
            return Taken.ADDRESS;
        }
        boolean known =
                host.isEmpty()
                        || host.equals("localhost")
                        || host.equals(machine)
                        || LOCAL_ENDINGS.stream().anyMatch(host::endsWith);
        return known ? Taken.NAME : Taken.REFUSED;
    }

    private static String withoutPort(String header) {
        var found = WITH_PORT.matcher(header);
        if (!found.matches()) {
            return header.startsWith("[") && header.endsWith("]")
                    ? header.substring(1, header.length() - 1)
                    : header;
        }
        return found.group(1) == null ? found.group(2) : found.group(1);
    }

    /** What is written as an address; no name is looked up. */
    private static Optional<InetAddress> address(String host) {
        if (!DOTTED.matcher(host).matches() && host.indexOf(':') < 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(host));
        } catch (IllegalArgumentException none) {
            return Optional.empty();
        }
    }

    private static boolean isNear(InetAddress address) {
        return address.isLoopbackAddress()
                || address.isAnyLocalAddress()
                || isPrivate(address)
                || isOwn(address);
    }

    private static boolean isPrivate(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == 4 ? address.isSiteLocalAddress() : (bytes[0] & 0xfe) == 0xfc;
    }

    private static boolean isOwn(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException unknown) {
            return false;
        }
    }
}
