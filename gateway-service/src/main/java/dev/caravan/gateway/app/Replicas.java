package dev.caravan.gateway.app;

import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.RunFrame;
import dev.caravan.core.run.RunRequest;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Talks to the agents that have replicas. */
public interface Replicas {

    /**
     * Runs a request; each list is what arrived together, never empty. Ends after an {@code End} or
     * {@code Fail} frame; everything else that ends it is an error: {@code BUSY} (no free slot),
     * {@code MODEL_NOT_FOUND} (the replica is gone), {@code UPSTREAM_FAILED} (agent or engine
     * broke), {@code UPSTREAM_TIMEOUT} (no progress), {@code INVALID_REQUEST}. Cancelling stops the
     * engine.
     */
    Flux<List<RunFrame>> run(Loaded target, RunRequest request);

    /**
     * A replica's time runs anew, and from now on for as long as this says. Fails as a run does
     * where the replica is gone or its agent broken.
     */
    Mono<Void> keepAlive(Loaded target, KeepAlive keepAlive);
}
