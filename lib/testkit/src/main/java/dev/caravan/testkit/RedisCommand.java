package dev.caravan.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One inline command over a connection of its own, so that the testkit needs no Redis client. */
final class RedisCommand {

    private static final int TIMEOUT_MILLIS = 1000;

    private RedisCommand() {}

    static boolean answersPing(String host, int port) {
        try {
            return send(host, port, "PING").startsWith("+PONG");
        } catch (IOException notYet) {
            return false;
        }
    }

    static String version(String host, int port) {
        try {
            return send(host, port, "INFO server")
                    .lines()
                    .filter(line -> line.startsWith("redis_version:"))
                    .map(line -> line.substring(line.indexOf(':') + 1))
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Sends {@code command} and reads until the server, told to quit, closes. */
    static String send(String host, int port, String command) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream()
                    .write((command + "\r\nQUIT\r\n").getBytes(StandardCharsets.UTF_8));
            var answer = new StringBuilder();
            var reader =
                    new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                answer.append(line).append('\n');
            }
            return answer.toString();
        }
    }
}
