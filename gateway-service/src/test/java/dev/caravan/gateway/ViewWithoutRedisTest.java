package dev.caravan.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.gateway.app.Views;
import dev.caravan.testkit.LocalRedis;
import dev.caravan.wire.ClusterViewMessage;
import dev.caravan.wire.WireJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ViewWithoutRedisTest {

    @RegisterExtension static final LocalRedis REDIS = LocalRedis.own();

    private static final String WHOLE = "{\"model\":\"toy\",\"prompt\":\"Hi\",\"stream\":false}";

    @TempDir Path folder;

    private final FakeAgent agent = new FakeAgent(4);

    @AfterEach
    void stopAgent() {
        agent.close();
    }

    @Test
    void aGatewayThatStartsWithoutRedisAnswersFromItsFile() throws Exception {
        Files.writeString(
                folder.resolve("view.json"), WireJson.mapper().writeValueAsString(view(7)));

        try (TestGateway gateway = new TestGateway("redis://127.0.0.1:1", folder, Map.of())) {
            assertThat(gateway.post("/api/generate", WHOLE).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void keepsTheNewestViewInAFileAndAnswersWhileRedisIsGone() throws Exception {
        try (TestGateway gateway = new TestGateway(REDIS.url(), folder, Map.of())) {
            assertThat(gateway.post("/api/generate", WHOLE).statusCode()).isEqualTo(503);
            TestGateway.publish(REDIS.url(), view(8));
            awaitVersion(gateway, 8);
            Path file = folder.resolve("view.json");
            await().until(() -> Files.exists(file));
            assertThat(
                            WireJson.mapper()
                                    .readValue(Files.readString(file), ClusterViewMessage.class))
                    .isEqualTo(view(8));

            REDIS.kill();
            assertThat(gateway.post("/api/generate", WHOLE).statusCode()).isEqualTo(200);

            REDIS.restart();
            assertThat(gateway.post("/api/generate", WHOLE).statusCode()).isEqualTo(200);
            TestGateway.publish(REDIS.url(), view(9));
            awaitVersion(gateway, 9);
        }
    }

    private ClusterViewMessage view(long number) {
        ClusterViewMessage view =
                TestGateway.view(number, "e".repeat(64), List.of(agent), List.of(agent));
        return new ClusterViewMessage(
                view.epoch(), view.number(), 0, view.agents(), view.models(), view.replicas());
    }

    private static void awaitVersion(TestGateway gateway, long number) {
        await().atMost(Duration.ofSeconds(15))
                .until(() -> gateway.bean(Views.class).current().version().number() == number);
    }
}
