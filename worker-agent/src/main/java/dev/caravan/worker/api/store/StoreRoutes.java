package dev.caravan.worker.api.store;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.caravan.wire.Routes;
import dev.caravan.worker.app.store.BlobStore;
import dev.caravan.worker.app.store.ModelMaker;
import dev.caravan.worker.app.store.ModelStore;
import dev.caravan.worker.app.store.ModelViewer;
import dev.caravan.worker.app.store.PolicyKeeper;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/** The store's routes. */
public final class StoreRoutes {

    private final BlobHandler blobs;
    private final ModelHandler models;

    public StoreRoutes(
            BlobStore blobs,
            ModelStore store,
            ModelMaker maker,
            ModelViewer viewer,
            PolicyKeeper policies) {
        this.blobs = new BlobHandler(blobs);
        this.models = new ModelHandler(store, maker, viewer, policies);
    }

    public RouterFunction<ServerResponse> routes() {
        return route().HEAD(Routes.BLOB, RequestPredicates.all(), blobs::head)
                .POST(Routes.BLOB, RequestPredicates.all(), blobs::post)
                .POST(Routes.CREATE, RequestPredicates.all(), models::create)
                .POST(Routes.SHOW, RequestPredicates.all(), models::show)
                .PUT(Routes.MODEL_POLICY, RequestPredicates.all(), models::policy)
                .onError(RuntimeException.class, Answers::failure)
                .build();
    }
}
