package dev.caravan.health;

import dev.caravan.wire.AgentReport;
import dev.caravan.wire.Routes;
import dev.caravan.wire.VersionMessage;
import dev.caravan.wire.WireJson;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Answers for its report over real HTTP, and falls silent or ends on request. */
final class FakeAgent implements AutoCloseable {

    private final String id;
    private final long startedAt;
    private final DisposableServer server;
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private volatile boolean mute;
    private volatile long sequence = 1;
    private volatile UnaryOperator<AgentReport> changes = UnaryOperator.identity();

    FakeAgent(String id, long startedAt) {
        this.id = id;
        this.startedAt = startedAt;
        this.server =
                HttpServer.create()
                        .host("127.0.0.1")
                        .port(0)
                        .route(routes -> routes.get(Routes.REPORT, this::answer))
                        .bindNow();
    }

    private Mono<Void> answer(HttpServerRequest request, HttpServerResponse response) {
        asked.add(request.uri());
        String authorization = request.requestHeaders().get("Authorization");
        authorizations.add(authorization == null ? "" : authorization);
        if (mute) {
            return Mono.never();
        }
        if (request.uri().endsWith("?since=" + sequence)) {
            return response.status(204).send();
        }
        return response.header("Content-Type", "application/json")
                .sendString(Mono.just(WireJson.mapper().writeValueAsString(report())))
                .then();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.port());
    }

    AgentReport report() {
        return changes.apply(plainReport());
    }

    /** A new report, made from the plain one. */
    void reports(UnaryOperator<AgentReport> next) {
        changes = next;
        changes();
    }

    private AgentReport plainReport() {
        return new AgentReport(
                id,
                "host",
                address().toString(),
                "0.1.0",
                startedAt,
                sequence,
                null,
                "no engine",
                2,
                new AgentReport.Memory(100, 50, 50, 0),
                new AgentReport.Store(100, 10),
                new VersionMessage(0, 0),
                List.of(),
                null,
                List.of());
    }

    void changes() {
        sequence++;
    }

    void mute(boolean silent) {
        mute = silent;
    }

    List<String> asked() {
        return asked;
    }

    List<String> authorizations() {
        return authorizations;
    }

    @Override
    public void close() {
        server.disposeNow();
    }
}
