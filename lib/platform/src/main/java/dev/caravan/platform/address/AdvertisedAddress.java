package dev.caravan.platform.address;

import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * The address under which neighbours reach this process.
 *
 * @param reason for people: why this one
 */
public record AdvertisedAddress(InetAddress address, String reason) {

    /** As it stands in a URL; in brackets where it is an IPv6 address. */
    public String host() {
        return address instanceof Inet6Address ? "[" + literal(address) + "]" : literal(address);
    }

    /** The address alone, without name and without the link it belongs to. */
    public static String literal(InetAddress address) {
        String text = address.getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
    }
}
