package dev.caravan.gateway.app.models;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import java.net.URI;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What agents do with whole models. An agent that cannot be reached is a {@code NO_CAPACITY} that
 * names its address; what an agent refuses keeps its code and text.
 */
public interface AgentTransfers {

    /** A {@code MODEL_NOT_FOUND} where the agent does not hold it. */
    Mono<Void> delete(URI agent, ModelRef name);

    /** A {@code MODEL_NOT_FOUND} where the agent does not hold the source. */
    Mono<Void> copy(URI agent, ModelRef source, ModelRef destination);

    /** The agent's steps, the last is "success". */
    Flux<Progress> pull(URI agent, ModelRef name, boolean insecure);

    /** The agent's steps, the last is "success"; a {@code MODEL_NOT_FOUND} before the first. */
    Flux<Progress> push(URI agent, ModelRef name, boolean insecure);

    /** Lets an agent take a model over from others; the last step is "success". */
    Flux<Progress> fetch(URI agent, ModelRef name, ModelDigest digest, List<URI> holders);
}
