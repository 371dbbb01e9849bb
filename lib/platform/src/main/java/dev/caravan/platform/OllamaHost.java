package dev.caravan.platform;

/**
 * Where to listen by the rules of {@code OLLAMA_HOST}: the scheme and a path mean nothing to a
 * server, except that the scheme changes the usual port; a port that is none is the usual one.
 *
 * @param address a name or an address
 */
record OllamaHost(String address, int port) {

    private static final String ADDRESS = "127.0.0.1";
    private static final int PORT = 11434;
    private static final int LAST_PORT = 65535;

    static OllamaHost parse(String text) {
        int scheme = text.indexOf("://");
        int usual =
                switch (scheme < 0 ? "" : text.substring(0, scheme)) {
                    case "http" -> 80;
                    case "https" -> 443;
                    default -> PORT;
                };
        String host = text.substring(scheme < 0 ? 0 : scheme + 3).replaceFirst("/.*", "");
        int colon = host.lastIndexOf(':');
        boolean hasPort = colon >= 0 && (host.indexOf(':') == colon || host.contains("]:"));
        String address = (hasPort ? host.substring(0, colon) : host).replaceAll("[\\[\\]]", "");
        String said = hasPort ? host.substring(colon + 1) : "";
        int port = said.matches("\\d{1,5}") ? Integer.parseInt(said) : usual;
        return new OllamaHost(
                address.isEmpty() ? (hasPort ? "0.0.0.0" : ADDRESS) : address,
                port > LAST_PORT ? usual : port);
    }
}
