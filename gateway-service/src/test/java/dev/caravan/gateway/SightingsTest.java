package dev.caravan.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.testkit.LocalRedis;
import dev.caravan.wire.Routes;
import dev.caravan.wire.SightingMessage;
import dev.caravan.wire.WireJson;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** What a gateway tells the health service of agents that failed it, over real HTTP. */
class SightingsTest {

    @RegisterExtension static final LocalRedis REDIS = LocalRedis.own();

    @TempDir static Path folder;

    private final List<SightingMessage> told = new CopyOnWriteArrayList<>();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();

    @Test
    void tellsOfAnAgentThatIsGoneOnceASecondAtMost() {
        DisposableServer health = health();
        FakeAgent agent = new FakeAgent(1);
        agent.close();
        try (TestGateway gateway = new TestGateway(REDIS.url(), folder, Map.of())) {
            gateway.healths.add(URI.create("http://127.0.0.1:" + health.port()));
            TestGateway.publish(
                    REDIS.url(), TestGateway.newDigest(), List.of(agent), List.of(agent));

            await().until(() -> !told.isEmpty());
            assertThat(told.getFirst())
                    .isEqualTo(
                            new SightingMessage(
                                    "127.0.0.1:" + gateway.port(),
                                    agent.id,
                                    agent.address(),
                                    SightingMessage.Kind.REFUSED));
            assertThat(authorizations).containsOnly("Bearer " + FakeAgent.TOKEN);
            int before = told.size();
            await().during(Duration.ofSeconds(3)).until(() -> true);
            assertThat(told.size() - before).isBetween(1, 3);
        } finally {
            health.disposeNow();
        }
    }

    private DisposableServer health() {
        return HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .route(
                        routes ->
                                routes.post(
                                        Routes.SIGHTINGS,
                                        (request, response) ->
                                                request.receive()
                                                        .aggregate()
                                                        .asString()
                                                        .doOnNext(body -> take(body))
                                                        .doOnNext(
                                                                _ ->
                                                                        authorizations.add(
                                                                                String.valueOf(
                                                                                        request.requestHeaders()
                                                                                                .get(
                                                                                                        "Authorization"))))
                                                        .then(response.status(204).send())))
                .bindNow();
    }

    private void take(String body) {
        told.add(WireJson.mapper().readValue(body, SightingMessage.class));
    }
}
