package dev.caravan.gateway.api;

import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

/** Ollama's routes that models come, go and are renamed by. */
public final class TransferRoutes {

    private final TransferHandler models;

    public TransferRoutes(TransferHandler models) {
        this.models = models;
    }

    public RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .POST("/api/pull", models::pull)
                .POST("/api/push", models::push)
                .POST("/api/copy", models::copy)
                .DELETE("/api/delete", models::delete)
                .build();
    }
}
