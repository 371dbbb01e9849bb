package dev.caravan.worker.adapter.ollama;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;

/**
 * Where an Ollama server is, by the rules of its own {@code OLLAMA_HOST}: without a scheme it is
 * HTTP on port 11434, a path before its routes is allowed.
 *
 * @param base scheme, host, port and path, without a slash at its end
 */
record OllamaUrl(URI base) {

    private static final int USUAL_PORT = 11434;
    private static final String EXPECTED = " (expected: http://HOST[:PORT][/PATH], or https)";

    /**
     * @throws IllegalArgumentException with the value and what was expected
     */
    static OllamaUrl parse(String text) {
        String given = text.strip();
        boolean plain = !given.contains("://");
        try {
            URI uri = new URI(plain ? "http://" + given : given);
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            if (uri.getHost() == null
                    || !(scheme.equals("http") || scheme.equals("https"))
                    || uri.getRawUserInfo() != null
                    || uri.getRawQuery() != null
                    || uri.getRawFragment() != null) {
                throw new IllegalArgumentException("url: \"" + text + "\"" + EXPECTED);
            }
            int port = uri.getPort() >= 0 ? uri.getPort() : plain ? USUAL_PORT : usual(scheme);
            String path = uri.getPath() == null ? "" : uri.getPath().replaceAll("/+$", "");
            return new OllamaUrl(new URI(scheme, null, uri.getHost(), port, path, null, null));
        } catch (URISyntaxException broken) {
            throw new IllegalArgumentException("url: \"" + text + "\"" + EXPECTED, broken);
        }
    }

    private static int usual(String scheme) {
        return scheme.equals("https") ? 443 : 80;
    }

    /** host:port. */
    String authority() {
        return base.getAuthority();
    }

    /**
     * Whether it is on this machine, so that its memory is this machine's; may ask the resolver,
     * which blocks.
     */
    boolean isHere() {
        try {
            InetAddress address = InetAddress.getByName(base.getHost());
            return address.isLoopbackAddress()
                    || address.isAnyLocalAddress()
                    || NetworkInterface.getByInetAddress(address) != null;
        } catch (UnknownHostException | SocketException unknown) {
            return false;
        }
    }

    @Override
    public String toString() {
        return base.toString();
    }
}
