package dev.caravan.cli.redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/** Asks a Redis whether it is there; speaks just enough of its protocol for that. */
public final class RedisPing {

    private static final int MILLIS = 2_000;
    private static final int DEFAULT_PORT = 6379;
    private static final String PROCESS = "process_id:";

    private RedisPing() {}

    /**
     * Returns when a Redis has answered.
     *
     * @throws IOException if nobody answers there, or something else does; the message says which
     */
    public static void ping(URI redis) throws IOException {
        try (Socket socket = connect(redis)) {
            BufferedReader answers = login(redis, socket);
            String answer = ask(socket, answers, "PING");
            if (!answer.equals("+PONG")) {
                throw new IOException("answers \"" + answer + "\" (expected: +PONG)");
            }
        }
    }

    /** The pid of the Redis that answers there; empty where it does not say. */
    public static OptionalLong processId(URI redis) throws IOException {
        try (Socket socket = connect(redis)) {
            BufferedReader answers = login(redis, socket);
            String line = ask(socket, answers, "INFO server");
            // a bulk answer: its length, then its lines
            for (int left = line.startsWith("$") ? Integer.parseInt(line.substring(1)) : 0;
                    left > 0;
                    left -= line.length() + 2) {
                line = read(answers);
                if (line.startsWith(PROCESS)) {
                    return OptionalLong.of(Long.parseLong(line.substring(PROCESS.length())));
                }
            }
            return OptionalLong.empty();
        }
    }

    private static Socket connect(URI redis) throws IOException {
        if (!"redis".equals(redis.getScheme()) || redis.getHost() == null) {
            throw new IOException("is not of the form redis://[user:password@]host:port");
        }
        int port = redis.getPort() < 0 ? DEFAULT_PORT : redis.getPort();
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(redis.getHost(), port), MILLIS);
            socket.setSoTimeout(MILLIS);
            return socket;
        } catch (IOException failure) {
            socket.close();
            throw failure;
        }
    }

    private static BufferedReader login(URI redis, Socket socket) throws IOException {
        BufferedReader answers =
                new BufferedReader(
                        new InputStreamReader(
                                socket.getInputStream(), StandardCharsets.ISO_8859_1));
        String secret = redis.getUserInfo();
        if (secret != null) {
            String[] parts = secret.split(":", 2);
            String words = parts.length < 2 ? parts[0] : (parts[0] + " " + parts[1]).strip();
            String answer = ask(socket, answers, "AUTH " + words);
            if (!answer.equals("+OK")) {
                throw new IOException("refuses the password of its URL: " + answer);
            }
        }
        return answers;
    }

    private static String ask(Socket socket, BufferedReader answers, String command)
            throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
        return read(answers);
    }

    private static String read(BufferedReader answers) throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("closes the connection (expected: an answer)");
        }
        return line;
    }
}
