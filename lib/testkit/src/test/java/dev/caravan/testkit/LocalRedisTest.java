package dev.caravan.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LocalRedisTest {

    @RegisterExtension static final LocalRedis SHARED = LocalRedis.shared();
    @RegisterExtension static final LocalRedis OWN = LocalRedis.own();

    @Test
    void answersAndIsEmptiedOnRequest() throws IOException {
        send(SHARED, "SET somewhere here");

        SHARED.flush();

        assertThat(send(SHARED, "GET somewhere")).startsWith("$-1");
    }

    @Test
    void answersNothingWhileFrozenAndAllAfterwards() throws IOException {
        OWN.freeze();

        assertThatThrownBy(() -> send(OWN, "PING")).isInstanceOf(SocketTimeoutException.class);

        OWN.thaw();

        assertThat(send(OWN, "PING")).startsWith("+PONG");
    }

    @Test
    void refusesConnectionsWhenKilledAndComesBackEmptyOnItsPort() throws IOException {
        send(OWN, "SET somewhere here");
        int port = OWN.port();

        OWN.kill();

        assertThatThrownBy(() -> send(OWN, "PING")).isInstanceOf(ConnectException.class);

        OWN.restart();

        assertThat(OWN.port()).isEqualTo(port);
        assertThat(send(OWN, "GET somewhere")).startsWith("$-1");
    }

    @Test
    void refusesToStopTheSharedOne() {
        assertThatThrownBy(SHARED::freeze)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("LocalRedis.own()");
    }

    private static String send(LocalRedis redis, String command) throws IOException {
        return RedisCommand.send("127.0.0.1", redis.port(), command);
    }
}
