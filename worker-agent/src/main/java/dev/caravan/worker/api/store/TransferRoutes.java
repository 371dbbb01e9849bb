package dev.caravan.worker.api.store;

import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import dev.caravan.wire.Routes;
import dev.caravan.worker.app.store.ModelNames;
import dev.caravan.worker.app.transfer.ModelFiles;
import dev.caravan.worker.app.transfer.Pushes;
import dev.caravan.worker.app.transfer.Transfers;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/** The routes that models come, go and are renamed by. */
public final class TransferRoutes {

    private final FileHandler files;
    private final TransferHandler models;

    public TransferRoutes(ModelFiles files, ModelNames names, Transfers transfers, Pushes pushes) {
        this.files = new FileHandler(files);
        this.models = new TransferHandler(names, transfers, pushes);
    }

    public RouterFunction<ServerResponse> routes() {
        return route().GET(Routes.BLOB, RequestPredicates.all(), files::blob)
                .GET(Routes.MANIFEST, RequestPredicates.all(), files::manifest)
                .POST(Routes.DELETE, RequestPredicates.all(), models::delete)
                .POST(Routes.COPY, RequestPredicates.all(), models::copy)
                .POST(Routes.PULL, RequestPredicates.all(), models::pull)
                .POST(Routes.PUSH, RequestPredicates.all(), models::push)
                .POST(Routes.FETCH, RequestPredicates.all(), models::fetch)
                .onError(RuntimeException.class, Answers::failure)
                .build();
    }
}
