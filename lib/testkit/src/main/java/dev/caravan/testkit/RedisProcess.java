package dev.caravan.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@code redis-server} as a child process, without anything on disk. */
final class RedisProcess implements RedisBackend {

    private static final String LOOPBACK = "127.0.0.1";
    private static final int START_ATTEMPTS = 200;

    private final String kind;
    private final Path binary;
    private final Path folder;
    private final int port;
    private final Thread atExit = new Thread(this::kill, "redis-end");
    private Process process;

    private RedisProcess(String kind, Path binary) throws IOException {
        this.kind = kind;
        this.binary = binary;
        this.folder = Files.createTempDirectory("caravan-redis");
        this.port = freePort();
        this.process = launch();
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /**
     * Starts one and waits until it answers.
     *
     * @throws IllegalStateException with the log's end where it does not start
     */
    static RedisProcess start(String kind, Path binary) throws IOException {
        return new RedisProcess(kind, binary);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral(LOOPBACK))) {
            return socket.getLocalPort();
        }
    }

    private Process launch() throws IOException {
        Path log = folder.resolve("redis.log");
        Process started =
                new ProcessBuilder(
                                List.of(
                                        binary.toString(),
                                        "--port",
                                        Integer.toString(port),
                                        "--bind",
                                        LOOPBACK,
                                        "--save",
                                        "",
                                        "--appendonly",
                                        "no"))
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        for (int attempt = 0; attempt < START_ATTEMPTS && started.isAlive(); attempt++) {
            if (RedisCommand.answersPing(LOOPBACK, port)) {
                return started;
            }
            pause();
        }
        started.destroyForcibly();
        throw new IllegalStateException(
                "redis: %s on port %d did not answer (expected: PONG within 10 s); its log: %s"
                        .formatted(binary, port, Files.readString(log)));
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String describe() {
        return kind + " " + RedisCommand.version(LOOPBACK, port);
    }

    @Override
    public String host() {
        return LOOPBACK;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public synchronized void freeze() {
        signal("STOP");
    }

    @Override
    public synchronized void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            int status =
                    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                            .inheritIO()
                            .start()
                            .waitFor();
            if (status != 0) {
                throw new IllegalStateException(
                        "kill -%s %d: status %d (expected: 0)"
                                .formatted(name, process.pid(), status));
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    @Override
    public synchronized void restart() {
        kill();
        try {
            Files.createDirectories(folder);
            process = launch();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() {
        kill();
        Runtime.getRuntime().removeShutdownHook(atExit);
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
