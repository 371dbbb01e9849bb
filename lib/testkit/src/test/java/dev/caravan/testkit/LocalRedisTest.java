package dev.caravan.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LocalRedisTest {

    @RegisterExtension static final LocalRedis REDIS = LocalRedis.own();

    @Test
    void answersAndIsEmptiedOnRequest() throws IOException {
        send(REDIS, "SET somewhere here");

        REDIS.flush();

        assertThat(send(REDIS, "GET somewhere")).startsWith("$-1");
    }

    @Test
    void answersNothingWhileFrozenAndAllAfterwards() throws IOException {
        REDIS.freeze();

        assertThatThrownBy(() -> send(REDIS, "PING")).isInstanceOf(SocketTimeoutException.class);

        REDIS.thaw();

        assertThat(send(REDIS, "PING")).startsWith("+PONG");
    }

    @Test
    void refusesConnectionsWhenKilledAndComesBackEmptyOnItsPort() throws IOException {
        send(REDIS, "SET somewhere here");
        int port = REDIS.port();

        REDIS.kill();

        assertThatThrownBy(() -> send(REDIS, "PING")).isInstanceOf(ConnectException.class);

        REDIS.restart();

        assertThat(REDIS.port()).isEqualTo(port);
        assertThat(send(REDIS, "GET somewhere")).startsWith("$-1");
    }

    private static String send(LocalRedis redis, String command) throws IOException {
        return RedisCommand.send("127.0.0.1", redis.port(), command);
    }
}
