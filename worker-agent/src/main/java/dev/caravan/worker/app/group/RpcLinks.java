package dev.caravan.worker.app.group;

import dev.caravan.worker.app.engine.Stage;
import reactor.core.publisher.Mono;

/** Opens links to RPC servers on other agents. */
public interface RpcLinks {

    /**
     * One try. A cancel leaves nothing open.
     *
     * @return a link to the member of that stage, or a {@link LinkRefused}
     */
    Mono<RpcLink> open(Stage stage);
}
