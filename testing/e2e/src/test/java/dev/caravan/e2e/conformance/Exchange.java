package dev.caravan.e2e.conformance;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One request and its answer as bytes on a connection, so that nothing of a client's own stands
 * between: framing, doubled slashes and forbidden headers included.
 */
final class Exchange {

    private static final int PATIENCE_MILLIS = 120_000;

    /**
     * @param chunks the body's parts as they were framed; one where it had a length
     */
    record Answer(int status, List<String> headers, List<byte[]> chunks) {

        List<String> header(String name) {
            String start = name.toLowerCase(Locale.ROOT) + ":";
            return headers.stream()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                    .map(line -> line.substring(start.length()).strip())
                    .toList();
        }

        String body() {
            var all = new ByteArrayOutputStream();
            chunks.forEach(all::writeBytes);
            return all.toString(UTF_8);
        }
    }

    private Exchange() {}

    static Answer send(URI base, String method, String path, List<String> headers, byte[] body)
            throws IOException {
        int port = base.getPort() < 0 ? 80 : base.getPort();
        try (Socket socket = new Socket(base.getHost(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            List<String> lines = new ArrayList<>(List.of("%s %s HTTP/1.1".formatted(method, path)));
            lines.addAll(headers);
            if (headers.stream().noneMatch(line -> line.startsWith("Host:"))) {
                lines.add("Host: " + base.getAuthority());
            }
            lines.add("Content-Length: " + body.length);
            lines.add("Connection: close");
            String head = String.join("\r\n", lines) + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(ISO_8859_1));
            socket.getOutputStream().write(body);
            return read(socket.getInputStream(), method);
        }
    }

    private static Answer read(InputStream in, String method) throws IOException {
        int status = Integer.parseInt(line(in).split(" ")[1]);
        List<String> headers = new ArrayList<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            headers.add(line);
        }
        Answer head = new Answer(status, headers, List.of());
        boolean none = method.equals("HEAD") || status == 204 || status == 304;
        boolean chunked = head.header("Transfer-Encoding").contains("chunked");
        return new Answer(
                status,
                headers,
                none ? List.of() : chunked ? chunks(in) : List.of(in.readAllBytes()));
    }

    private static List<byte[]> chunks(InputStream in) throws IOException {
        List<byte[]> chunks = new ArrayList<>();
        for (int size = size(in); size > 0; size = size(in)) {
            chunks.add(in.readNBytes(size));
            line(in);
        }
        return chunks;
    }

    private static int size(InputStream in) throws IOException {
        return Integer.parseInt(line(in).split(";")[0].strip(), 16);
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("the connection ended within a line: " + line);
            }
            if (next != '\r') {
                line.write(next);
            }
        }
        return line.toString(ISO_8859_1);
    }
}
