package dev.caravan.gateway.api.document;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.gateway.api.RouteTable;
import java.util.function.Supplier;
import org.springframework.http.HttpHeaders;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.ObjectNode;

/** Serves the document, for programs and to be read; it is made once. */
public final class OpenApiRoutes {

    private record Answer(String type, byte[] body) {}

    private final SingletonSupplier<Answer> json;
    private final SingletonSupplier<Answer> page;

    /**
     * @param routes asked for when all of them are known, these two included
     * @param version of this build
     */
    public OpenApiRoutes(OpenApiDocument document, Supplier<RouteTable> routes, String version) {
        SingletonSupplier<ObjectNode> made =
                SingletonSupplier.of(() -> document.of(routes.get(), version));
        this.json =
                SingletonSupplier.of(
                        () ->
                                new Answer(
                                        "application/json; charset=utf-8",
                                        made.obtain().toString().getBytes(UTF_8)));
        this.page =
                SingletonSupplier.of(
                        () ->
                                new Answer(
                                        "text/html; charset=utf-8",
                                        new OpenApiPage(made.obtain()).html().getBytes(UTF_8)));
    }

    /** Makes both, so that no request has to and a mistake in the words ends the start. */
    public void prepare() {
        json.obtain();
        page.obtain();
    }

    public RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .GET("/api/distributed/openapi.json", _ -> answer(json.obtain()))
                .GET("/api/distributed/openapi", _ -> answer(page.obtain()))
                .build();
    }

    private static Mono<ServerResponse> answer(Answer answer) {
        return ServerResponse.ok()
                .header(HttpHeaders.CONTENT_TYPE, answer.type())
                .contentLength(answer.body().length)
                .bodyValue(answer.body());
    }
}
