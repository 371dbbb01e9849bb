package dev.caravan.testkit;

import com.redis.testcontainers.RedisContainer;
import org.testcontainers.utility.DockerImageName;

/** Redis in a container; it cannot be frozen or brought back on the same port. */
final class RedisContainerBackend implements RedisBackend {

    private final RedisContainer container =
            new RedisContainer(DockerImageName.parse("redis:7-alpine"));

    RedisContainerBackend() {
        container.start();
    }

    @Override
    public String describe() {
        return "container " + RedisCommand.version(host(), port());
    }

    @Override
    public String host() {
        return container.getRedisHost();
    }

    @Override
    public int port() {
        return container.getRedisPort();
    }

    @Override
    public void freeze() {
        throw noFaults();
    }

    @Override
    public void thaw() {
        throw noFaults();
    }

    @Override
    public void kill() {
        throw noFaults();
    }

    @Override
    public void restart() {
        throw noFaults();
    }

    private static IllegalStateException noFaults() {
        return new IllegalStateException(
                LocalRedis.MODE_PROPERTY
                        + ": container (expected: process or embedded, for tests that freeze or kill Redis)");
    }

    @Override
    public void close() {
        container.stop();
    }
}
