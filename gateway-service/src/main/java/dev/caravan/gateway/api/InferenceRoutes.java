package dev.caravan.gateway.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.caravan.gateway.app.RunningRequests;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Which paths generate, chat and embed, and the list of the requests that are running. */
public final class InferenceRoutes {

    private final InferenceHandler handler;
    private final EmbedHandler vectors;
    private final RunningRequests running;
    private final InstantSource clock;

    public InferenceRoutes(
            InferenceHandler handler,
            EmbedHandler vectors,
            RunningRequests running,
            InstantSource clock) {
        this.handler = handler;
        this.vectors = vectors;
        this.running = running;
        this.clock = clock;
    }

    public RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .POST("/api/generate", request -> handler.handle(request, Verb.GENERATE))
                .POST("/api/chat", request -> handler.handle(request, Verb.CHAT))
                .POST("/api/embed", vectors::embed)
                .POST("/api/embeddings", vectors::embeddings)
                .GET("/api/distributed/requests", this::requests)
                .build();
    }

    /**
     * @param node the agent that answers; null while the request waits
     * @param ageMillis since it arrived
     * @param tokens of its answer so far
     */
    record RequestLine(
            String id,
            String model,
            @Nullable String node,
            @JsonProperty("age_ms") long ageMillis,
            long tokens) {}

    record RequestList(List<RequestLine> requests) {}

    private Mono<ServerResponse> requests(ServerRequest request) {
        Instant now = clock.instant();
        List<RequestLine> lines =
                running.list().stream()
                        .map(
                                entry ->
                                        new RequestLine(
                                                entry.id(),
                                                entry.model(),
                                                entry.node().map(Object::toString).orElse(null),
                                                Duration.between(entry.since(), now).toMillis(),
                                                entry.tokens()))
                        .toList();
        return ServerResponse.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(new RequestList(lines));
    }
}
