package dev.caravan.worker.adapter.ollama;

import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.engine.EngineEnd;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What one server was asked to load, until nothing of it is left there. */
final class OllamaReplicas {

    private final Set<OllamaReplica> replicas = ConcurrentHashMap.newKeySet();

    void add(OllamaReplica replica) {
        replicas.add(replica);
    }

    /** Whether the same model was loaded anew. */
    boolean succeed(OllamaReplica old) {
        return replicas.stream().anyMatch(other -> other.succeeds(old));
    }

    /** Lets go of what was loaded under a name that is about to be deleted. */
    Mono<Void> release(ModelRef name) {
        return Flux.fromIterable(replicas)
                .filter(replica -> replica.isOf(name) && !replica.isOver())
                .concatMap(OllamaReplica::release)
                .then();
    }

    /** The server told what it has. */
    void seen(Inventory.Found found) {
        replicas.removeIf(OllamaReplica::isOver);
        replicas.forEach(replica -> replica.seen(found.loaded(replica.digest())));
    }

    /** The server is away. */
    void lost(EngineEnd end) {
        replicas.removeIf(OllamaReplica::isOver);
        replicas.forEach(replica -> replica.lost(end));
    }

    /** Unloads all; completes when that is done, or after the patience. */
    Mono<Void> stop(Duration patience) {
        List<OllamaReplica> left = replicas.stream().filter(one -> !one.isOver()).toList();
        left.forEach(replica -> replica.stop(Duration.ZERO));
        return Flux.fromIterable(left)
                .flatMap(OllamaReplica::ended)
                .then()
                .timeout(patience, Mono.empty());
    }
}
