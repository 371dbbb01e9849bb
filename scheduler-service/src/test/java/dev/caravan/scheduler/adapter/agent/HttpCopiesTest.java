package dev.caravan.scheduler.adapter.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.scheduler.app.CopyOrder;
import dev.caravan.wire.Routes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

class HttpCopiesTest {

    private static final String DIGEST = "a".repeat(64);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile int status = 200;
    private volatile String lines = "";
    private final DisposableServer agent =
            HttpServer.create()
                    .host("127.0.0.1")
                    .port(0)
                    .route(
                            routes ->
                                    routes.post(
                                            Routes.FETCH,
                                            (request, response) ->
                                                    request.receive()
                                                            .aggregate()
                                                            .asString()
                                                            .doOnNext(asked::add)
                                                            .flatMap(
                                                                    _ ->
                                                                            response.status(status)
                                                                                    .header(
                                                                                            "Content-Type",
                                                                                            "application/x-ndjson")
                                                                                    .sendString(
                                                                                            Mono
                                                                                                    .just(
                                                                                                            lines))
                                                                                    .then())))
                    .bindNow();

    @AfterEach
    void stop() {
        agent.disposeNow();
    }

    @Test
    void endsWellWhenTheAgentHasTheModel() {
        lines =
                """
                {"status":"pulling aaa","digest":"sha256:aaa","total":9,"completed":3}
                {"status":"success"}
                """;

        assertThat(copy().collectList().block(PATIENCE)).isNotEmpty();

        assertThat(asked)
                .containsExactly(
                        "{\"name\":\"m:latest\",\"digest\":\"%s\",\"holders\":[\"http://holder\"]}"
                                .formatted(DIGEST));
    }

    @Test
    void failsWithTheAgentsReason() {
        lines = "{\"code\":\"NO_CAPACITY\",\"error\":\"no room on the disk for m\"}\n";

        assertThatThrownBy(() -> copy().blockLast(PATIENCE))
                .hasMessage("no room on the disk for m");
    }

    @Test
    void failsWhereTheAgentRefuses() {
        status = 503;

        assertThatThrownBy(() -> copy().blockLast(PATIENCE)).hasMessageContaining("503");
    }

    private Flux<String> copy() {
        return new HttpCopies(WebClient.create())
                .copy(
                        new CopyOrder(
                                new AgentId("b"),
                                "http://127.0.0.1:" + agent.port(),
                                ModelRef.parse("m").orElseThrow(),
                                new ModelDigest(DIGEST),
                                List.of("http://holder")));
    }
}
