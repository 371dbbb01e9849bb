package dev.caravan.gateway.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.caravan.gateway.dialect.ollama.OllamaErrors;
import java.util.List;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * What Ollama passes on to ollama.com. Here the answers are those of an Ollama whose cloud features
 * are switched off and which nobody is signed in at: nothing leaves the cluster.
 */
public final class CloudRoutes {

    private static final String DISABLED = "ollama cloud is disabled: ";

    record Recommendations(@JsonProperty("recommendations") List<Recommendation> recommendations) {}

    record Recommendation(String model, String description) {}

    public RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .POST("/api/me", _ -> error(HttpStatus.SERVICE_UNAVAILABLE, "account unavailable"))
                .POST("/api/signout", _ -> signedOut())
                .DELETE("/api/user/keys/{encodedKey}", _ -> signedOut())
                .POST(
                        "/api/experimental/web_search",
                        request -> refused(request, "web search is unavailable"))
                .POST(
                        "/api/experimental/web_fetch",
                        request -> refused(request, "web fetch is unavailable"))
                .GET(
                        "/api/experimental/model-recommendations",
                        _ -> Whole.json(new Recommendations(List.of())))
                .build();
    }

    private static Mono<ServerResponse> signedOut() {
        return error(HttpStatus.UNAUTHORIZED, "you are not currently signed in");
    }

    private static Mono<ServerResponse> refused(ServerRequest request, String operation) {
        return request.body(BodyExtractors.toDataBuffers())
                .map(CloudRoutes::hasContent)
                .reduce(false, Boolean::logicalOr)
                .flatMap(
                        content ->
                                content
                                        ? error(HttpStatus.FORBIDDEN, DISABLED + operation)
                                        : error(HttpStatus.BAD_REQUEST, "missing request body"));
    }

    private static boolean hasContent(DataBuffer part) {
        try {
            for (int i = part.readPosition(); i < part.writePosition(); i++) {
                if (!Character.isWhitespace(part.getByte(i))) {
                    return true;
                }
            }
            return false;
        } finally {
            DataBufferUtils.release(part);
        }
    }

    private static Mono<ServerResponse> error(HttpStatus status, String text) {
        byte[] body = OllamaErrors.body(text);
        return ServerResponse.status(status)
                .header(HttpHeaders.CONTENT_TYPE, Whole.JSON)
                .contentLength(body.length)
                .bodyValue(body);
    }
}
