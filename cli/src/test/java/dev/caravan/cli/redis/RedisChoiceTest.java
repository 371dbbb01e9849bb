package dev.caravan.cli.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.cli.CliException;
import dev.caravan.cli.process.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisChoiceTest {

    @TempDir private Path folder;

    @Test
    void refusesAConfiguredRedisThatDoesNotAnswer() {
        String url = "redis://:secret@127.0.0.1:" + Ports.pick();

        assertThatThrownBy(() -> RedisChoice.choose(url, Optional.empty(), folder))
                .isInstanceOf(CliException.class)
                .hasMessageStartingWith("CARAVAN_REDIS: redis://***@127.0.0.1:")
                .hasMessageContaining("Connection refused")
                .hasMessageEndingWith(
                        "start that Redis, or unset CARAVAN_REDIS to use one of its own");
    }

    @Test
    void refusesAConfiguredRedisThatIsSomethingElse() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answerOnce(other, "220 mail\r\n"));

            assertThatThrownBy(
                            () ->
                                    RedisChoice.choose(
                                            "redis://127.0.0.1:" + other.getLocalPort(),
                                            Optional.empty(),
                                            folder))
                    .hasMessageContaining("answers \"220 mail\" (expected: +PONG)");
        }
    }

    @Test
    void refusesAUrlOfAnotherForm() {
        assertThatThrownBy(() -> RedisChoice.choose("localhost:6379", Optional.empty(), folder))
                .hasMessageContaining("is not of the form redis://[user:password@]host:port");
    }

    @Test
    void takesTheServerOnPathBeforeTheOneThatComesAlong() throws IOException {
        Path onPath = Path.of("/usr/bin/redis-server");

        RedisChoice choice = RedisChoice.choose("", Optional.of(onPath), folder);

        assertThat(choice).isEqualTo(new RedisChoice.Own(onPath, "redis-server on PATH"));
    }

    @Test
    void startsTheOneThatComesAlongWhereThereIsNoOther() throws Exception {
        RedisChoice choice = RedisChoice.choose("", Optional.empty(), folder);
        int port = Ports.pick();
        URI url = URI.create("redis://127.0.0.1:" + port);

        Process process =
                new ProcessBuilder(((RedisChoice.Own) choice).command(port, folder))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();

        try {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .ignoreExceptions()
                    .untilAsserted(
                            () -> assertThat(RedisPing.processId(url)).hasValue(process.pid()));
            assertThat(RedisChoice.choose(url.toString(), Optional.empty(), folder))
                    .isEqualTo(new RedisChoice.Configured(url));
        } finally {
            process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
        }
    }

    private static void answerOnce(ServerSocket server, String text) {
        try (var socket = server.accept()) {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            socket.getInputStream().read();
        } catch (IOException closed) {
            // the test is over
        }
    }
}
