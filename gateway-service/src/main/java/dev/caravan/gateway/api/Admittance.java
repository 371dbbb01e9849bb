package dev.caravan.gateway.api;

import dev.caravan.gateway.app.AccessControl;
import dev.caravan.gateway.dialect.ollama.GoObject;
import dev.caravan.gateway.dialect.ollama.OllamaBodyReader;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Reads a request's body and asks whether its sender may do that. */
public final class Admittance {

    private final OllamaBodyReader bodies;
    private final AccessControl access;

    public Admittance(OllamaBodyReader bodies, AccessControl access) {
        this.bodies = bodies;
        this.access = access;
    }

    /**
     * @param type of the body, as Ollama's error texts name it
     * @param operation "generate", "chat", ...
     */
    Mono<GoObject> body(ServerWebExchange exchange, String type, String operation) {
        ServerHttpRequest request = exchange.getRequest();
        return bodies.read(request.getBody(), request.getHeaders().getContentLength(), type)
                .flatMap(body -> permitted(request, operation, body));
    }

    private Mono<GoObject> permitted(ServerHttpRequest request, String operation, GoObject body) {
        Optional<String> authorization =
                Optional.ofNullable(request.getHeaders().getFirst(HttpHeaders.AUTHORIZATION));
        return access.check(
                        new AccessControl.Access(
                                authorization, operation, body.textOrEmpty("model")))
                .thenReturn(body);
    }
}
