package dev.caravan.cli.redis;

import dev.caravan.cli.CliException;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import redis.embedded.core.ExecutableProvider;

/** Which Redis a cluster uses: a configured one, else one of its own. */
public sealed interface RedisChoice {

    /** Setting that names a Redis to use; its form is {@code redis://host:port}. */
    String SETTING = "CARAVAN_REDIS";

    /** Somebody else's, which answered. */
    record Configured(URI url) implements RedisChoice {}

    /**
     * One to be started.
     *
     * @param source "redis-server on PATH" or "embedded"
     */
    record Own(Path binary, String source) implements RedisChoice {

        /**
         * The command that runs it: on loopback, its data appended to a file in {@code folder}, its
         * memory bounded. Writes are refused beyond that bound, nothing is dropped to make room:
         * what lies in it are leases and desired states.
         */
        public List<String> command(int port, Path folder) {
            return List.of(
                    binary.toString(),
                    "--port",
                    Integer.toString(port),
                    "--bind",
                    "127.0.0.1",
                    "--dir",
                    folder.toString(),
                    "--appendonly",
                    "yes",
                    "--save",
                    "",
                    "--maxmemory",
                    "64mb",
                    "--maxmemory-policy",
                    "noeviction",
                    "--daemonize",
                    "no");
        }
    }

    /**
     * Chooses, in this order: the configured URL, {@code redis-server} on PATH, the binary that
     * comes with the command.
     *
     * @param configured the value of {@link #SETTING}, empty where it is not set
     * @param onPath {@code redis-server} on PATH
     * @param cache where the binary that comes with the command is unpacked
     * @throws CliException if the configured Redis does not answer; there is no silent other choice
     */
    static RedisChoice choose(String configured, Optional<Path> onPath, Path cache)
            throws IOException {
        if (!configured.isEmpty()) {
            return new Configured(checked(configured));
        }
        if (onPath.isPresent()) {
            return new Own(onPath.get(), "redis-server on PATH");
        }
        return new Own(embedded(cache), "embedded");
    }

    private static URI checked(String configured) {
        try {
            URI url = URI.create(configured);
            RedisPing.ping(url);
            return url;
        } catch (IllegalArgumentException | IOException failure) {
            throw new CliException(
                    "%s: %s: %s; start that Redis, or unset %s to use one of its own"
                            .formatted(
                                    SETTING,
                                    configured.replaceFirst("//[^@/]*@", "//***@"),
                                    failure.getMessage(),
                                    SETTING),
                    failure);
        }
    }

    private static Path embedded(Path cache) throws IOException {
        Path binary = cache.resolve("redis").resolve("redis-server");
        if (Files.isExecutable(binary)) {
            return binary;
        }
        Files.createDirectories(binary.getParent());
        Path unpacking = Files.createTempDirectory(binary.getParent(), ".unpacking-");
        try {
            File unpacked = ExecutableProvider.newJarResourceProvider(unpacking.toFile()).get();
            Files.move(
                    unpacked.toPath(),
                    binary,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            return binary;
        } catch (IllegalArgumentException | IOException notForThisPlatform) {
            throw new CliException(
                    "Redis: none configured, no redis-server on PATH, and the one that comes along does not fit this platform (%s %s); install redis-server or set %s=redis://host:port"
                            .formatted(
                                    System.getProperty("os.name"),
                                    System.getProperty("os.arch"),
                                    SETTING),
                    notForThisPlatform);
        } finally {
            Files.deleteIfExists(unpacking);
        }
    }
}
