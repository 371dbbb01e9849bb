package dev.caravan.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One request as it is written, and its answer as it came: no client's rules in between. */
final class RawHttp {

    record Answer(int status, List<String> headers, String body) {

        /** All values of a header, in their order. */
        List<String> header(String name) {
            String start = name.toLowerCase(Locale.ROOT) + ":";
            return headers.stream()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                    .map(line -> line.substring(start.length()).strip())
                    .toList();
        }
    }

    private RawHttp() {}

    /**
     * @param headers lines as they are sent; a Host has to be among them
     */
    static Answer send(int port, String method, String path, String... headers) throws IOException {
        return send(port, method, path, List.of(headers), "");
    }

    static Answer send(int port, String method, String path, List<String> headers, String body)
            throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream()
                    .write(
                            "%s %s HTTP/1.1\r\n%s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                                    .formatted(
                                            method,
                                            path,
                                            String.join("\r\n", headers),
                                            body.length(),
                                            body)
                                    .getBytes(ISO_8859_1));
            return parse(new String(socket.getInputStream().readAllBytes(), ISO_8859_1));
        }
    }

    private static Answer parse(String text) {
        int end = text.indexOf("\r\n\r\n");
        List<String> lines = new ArrayList<>(text.substring(0, end).lines().toList());
        int status = Integer.parseInt(lines.removeFirst().split(" ")[1]);
        return new Answer(status, lines, text.substring(end + 4));
    }
}
