package dev.caravan.worker;

import dev.caravan.platform.Neighbours;
import dev.caravan.wire.AgentEvent;
import dev.caravan.wire.Routes;
import dev.caravan.wire.WireJson;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** A health service that takes each event at the second try, and no other service. */
final class EventListeners implements Neighbours, AutoCloseable {

    private final List<AgentEvent> events = new CopyOnWriteArrayList<>();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private final DisposableServer server =
            HttpServer.create()
                    .host("127.0.0.1")
                    .port(0)
                    .route(routes -> routes.post(Routes.EVENTS, this::take))
                    .bindNow();

    private Mono<Void> take(HttpServerRequest request, HttpServerResponse response) {
        boolean known =
                ("Bearer " + TestAgent.TOKEN).equals(request.requestHeaders().get("Authorization"));
        if (!known) {
            return response.status(401).send();
        }
        return request.receive()
                .aggregate()
                .asString()
                .flatMap(body -> response.status(isTaken(body) ? 204 : 500).send());
    }

    private boolean isTaken(String body) {
        boolean again = !refused.add(body);
        if (again) {
            events.add(WireJson.mapper().readValue(body, AgentEvent.class));
        }
        return again;
    }

    List<AgentEvent> events() {
        return events;
    }

    @Override
    public List<URI> instances(String service) {
        return service.equals("health-service")
                ? List.of(URI.create("http://127.0.0.1:" + server.port()))
                : List.of();
    }

    @Override
    public void close() {
        server.disposeNow();
    }
}
