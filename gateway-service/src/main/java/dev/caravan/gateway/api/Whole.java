package dev.caravan.gateway.api;

import dev.caravan.gateway.dialect.ollama.OllamaJson;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Answers that are one object or one text, with their length, so that HEAD tells it too. */
final class Whole {

    static final String JSON = "application/json; charset=utf-8";
    static final String TEXT = "text/plain; charset=utf-8";

    private Whole() {}

    static Mono<ServerResponse> json(Object record) {
        return bytes(JSON, OllamaJson.bytes(record));
    }

    static Mono<ServerResponse> bytes(String contentType, byte[] body) {
        return ServerResponse.ok()
                .header(HttpHeaders.CONTENT_TYPE, contentType)
                .contentLength(body.length)
                .bodyValue(body);
    }
}
