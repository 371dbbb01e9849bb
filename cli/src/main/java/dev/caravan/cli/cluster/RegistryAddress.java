package dev.caravan.cli.cluster;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The registry of a cluster as people name it: {@code HOST[:PORT]}. */
public final class RegistryAddress {

    private static final Pattern NAMED =
            Pattern.compile("(?:http://)?([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(?::(\\d{1,5}))?/?");

    private static final int LAST_PORT = 65_535;

    private RegistryAddress() {}

    /**
     * @param option whose value it is, for the message
     * @return such as {@code http://10.0.0.1:8761}
     * @throws IllegalArgumentException where {@code text} is no host
     */
    public static URI parse(String option, String text) {
        String told = isBareIpv6(text.strip()) ? "[" + text.strip() + "]" : text.strip();
        Matcher parts = NAMED.matcher(told);
        if (!parts.matches()) {
            throw unreadable(option, text);
        }
        String digits = parts.group(2);
        int port = digits == null ? UpOptions.REGISTRY_PORT : Integer.parseInt(digits);
        if (port < 1 || port > LAST_PORT) {
            throw unreadable(option, text);
        }
        return URI.create("http://" + parts.group(1) + ":" + port);
    }

    private static boolean isBareIpv6(String text) {
        try {
            return InetAddress.ofLiteral(text) instanceof Inet6Address && !text.startsWith("[");
        } catch (IllegalArgumentException name) {
            return false;
        }
    }

    private static IllegalArgumentException unreadable(String option, String text) {
        return new IllegalArgumentException(
                "%s: %s (expected: HOST or HOST:PORT of the cluster's registry, as up --bind prints it)"
                        .formatted(option, text));
    }
}
