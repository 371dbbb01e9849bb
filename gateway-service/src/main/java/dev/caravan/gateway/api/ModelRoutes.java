package dev.caravan.gateway.api;

import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

/** Ollama's routes that run no model, and the cluster's status. */
public final class ModelRoutes {

    private final SystemHandler system;
    private final ModelHandler models;
    private final BlobHandler blobs;
    private final SplitHandler splits;

    public ModelRoutes(
            SystemHandler system, ModelHandler models, BlobHandler blobs, SplitHandler splits) {
        this.system = system;
        this.models = models;
        this.blobs = blobs;
        this.splits = splits;
    }

    public RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .GET("/", system::root)
                .HEAD("/", system::root)
                .GET("/api/version", system::version)
                .HEAD("/api/version", system::version)
                .GET("/api/status", system::status)
                .GET("/api/distributed/status", system::clusterStatus)
                .GET("/api/distributed/models", splits::models)
                .GET("/api/distributed/plan", splits::plan)
                .GET("/api/distributed/models/{name}/policy", splits::policy)
                .PUT("/api/distributed/models/{name}/policy", splits::replacePolicy)
                .GET("/api/tags", models::tags)
                .HEAD("/api/tags", models::tags)
                .GET("/api/ps", models::running)
                .POST("/api/show", models::show)
                .POST("/api/create", models::create)
                .HEAD("/api/blobs/{digest}", blobs::head)
                .POST("/api/blobs/{digest}", blobs::post)
                .build();
    }
}
