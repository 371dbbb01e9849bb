package dev.caravan.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Redis for tests, never a mock and never skipped:
 *
 * <pre>{@code
 * @RegisterExtension static final LocalRedis REDIS = LocalRedis.own();
 *
 * @DynamicPropertySource
 * static void redis(DynamicPropertyRegistry registry) {
 *     registry.add("caravan.redis", REDIS::url);
 * }
 * }</pre>
 *
 * {@code -Dtestkit.redis=process|embedded|container|auto} picks what it is; {@code auto}, the
 * default, takes a {@code redis-server} on PATH, else the embedded binary. A container is never
 * picked by itself: asking for Docker takes seconds where there is none.
 */
public final class LocalRedis implements BeforeAllCallback, AfterAllCallback {

    static final String MODE_PROPERTY = "testkit.redis";

    private @Nullable RedisBackend backend;

    private LocalRedis() {}

    /** A Redis for this test class alone, which may be frozen, killed and started again. */
    public static LocalRedis own() {
        return new LocalRedis();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        RedisBackend started = again(backend);
        backend = started;
        context.publishReportEntry("redis.backend", started.describe());
    }

    /** Where a failed test is run once more, its kept application context knows the port. */
    private static RedisBackend again(@Nullable RedisBackend before) {
        if (before == null) {
            return start();
        }
        before.restart();
        return before;
    }

    @Override
    public void afterAll(ExtensionContext context) {
        backend().close();
    }

    /** {@code redis://host:port}. */
    public String url() {
        return "redis://" + backend().host() + ":" + backend().port();
    }

    public int port() {
        return backend().port();
    }

    /** Removes every key. */
    public void flush() {
        send("FLUSHALL");
    }

    /**
     * A text, empty where there is none; asked without the service's client, which gives Redis less
     * time than a busy machine may need.
     */
    public Optional<String> get(String key) {
        List<String> reply = send("GET " + key).lines().toList();
        return reply.getFirst().equals("$-1") ? Optional.empty() : Optional.of(reply.get(1));
    }

    /** Whether a set has a member. */
    public boolean has(String set, String member) {
        return send("SISMEMBER " + set + " " + member).startsWith(":1");
    }

    private String send(String command) {
        try {
            return RedisCommand.send(backend().host(), backend().port(), command);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** SIGSTOP: connections stay, nothing is answered. */
    public void freeze() {
        backend().freeze();
    }

    /** SIGCONT: what lies in its sockets is run now. */
    public void thaw() {
        backend().thaw();
    }

    /** SIGKILL: connections are refused. */
    public void kill() {
        backend().kill();
    }

    /** Ends it where it runs, and starts it empty on the same port. */
    public void restart() {
        backend().restart();
    }

    private RedisBackend backend() {
        if (backend == null) {
            throw new IllegalStateException(
                    "redis: not started (expected: a static field with @RegisterExtension)");
        }
        return backend;
    }

    private static RedisBackend start() {
        String mode = System.getProperty(MODE_PROPERTY, "auto");
        try {
            return switch (mode) {
                case "process" ->
                        RedisProcess.start("process", onPath().orElseThrow(LocalRedis::noBinary));
                case "embedded" -> embedded();
                case "container" -> new RedisContainerBackend();
                case "auto" -> {
                    Optional<Path> found = onPath();
                    yield found.isPresent()
                            ? RedisProcess.start("process", found.get())
                            : embedded();
                }
                default ->
                        throw new ExtensionConfigurationException(
                                MODE_PROPERTY
                                        + ": "
                                        + mode
                                        + " (expected: process, embedded, container or auto)");
            };
        } catch (IOException failure) {
            throw new ExtensionConfigurationException(
                    "redis: did not start in mode "
                            + mode
                            + " (expected: a redis-server on PATH, or a platform that the embedded binary is made for)",
                    failure);
        }
    }

    private static RedisBackend embedded() throws IOException {
        return RedisProcess.start(
                "embedded", ExecutableProvider.newJarResourceProvider().get().toPath());
    }

    private static Optional<Path> onPath() {
        for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
            Path binary = Path.of(folder, "redis-server");
            if (Files.isExecutable(binary)) {
                return Optional.of(binary);
            }
        }
        return Optional.empty();
    }

    private static ExtensionConfigurationException noBinary() {
        return new ExtensionConfigurationException(
                "redis-server: not on PATH (expected: installed, or -D"
                        + MODE_PROPERTY
                        + "=embedded)");
    }
}
