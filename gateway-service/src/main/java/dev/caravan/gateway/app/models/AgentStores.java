package dev.caravan.gateway.app.models;

import dev.caravan.core.model.ModelRef;
import java.net.URI;
import java.util.List;
import java.util.OptionalLong;
import org.springframework.core.io.buffer.DataBuffer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The agents' model stores. An agent that cannot be reached is a {@code NO_CAPACITY} that names its
 * address; what an agent refuses keeps its code and text.
 */
public interface AgentStores {

    /** Base URLs of the agents, in no order; from memory. */
    List<URI> addresses();

    /** What the agent has and runs, now. */
    Mono<AgentState> state(URI agent);

    /**
     * @param blob {@code sha256:<hex>}
     */
    Mono<Boolean> holds(URI agent, String blob);

    /**
     * Passes a blob's bytes on as they come.
     *
     * @param length bytes in all, where they are known before
     * @return true where the blob is new there
     */
    Mono<Boolean> put(URI agent, String blob, OptionalLong length, Flux<DataBuffer> bytes);

    /** The agent's steps, the last is "success". */
    Flux<Progress> create(URI agent, NewModel model);

    /** A {@code MODEL_NOT_FOUND} where the agent does not hold it. */
    Mono<ShownModel> show(URI agent, ModelRef name, boolean verbose);
}
