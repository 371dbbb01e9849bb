package dev.caravan.worker.config;

import dev.caravan.worker.adapter.ollama.OllamaServer;
import dev.caravan.worker.app.engine.AdoptedEngine;
import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.store.JoinedModels;
import dev.caravan.worker.app.store.ModelMaker;
import dev.caravan.worker.app.store.ModelNames;
import dev.caravan.worker.app.store.ModelStore;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/** The Ollama server that this agent was told of, or told to start, if any. */
record AdoptedOllama(Optional<OllamaServer> server) {

    /** Looks at once, so that what was wanted before a restart is found again. */
    void start() {
        server.ifPresent(OllamaServer::start);
    }

    /** Looks again when the agent's own store changes: both may be one folder. */
    void follow(ModelStore own) {
        server.ifPresent(
                ollama ->
                        own.changes()
                                .onBackpressureLatest()
                                .concatMap(_ -> ollama.refreshed(), 1)
                                .subscribe());
    }

    Optional<AdoptedEngine> engine() {
        return server.map(AdoptedEngine.class::cast);
    }

    Optional<JoinedModels.Beside> models() {
        return server.map(ollama -> new JoinedModels.Beside(ollama, ollama.viewer()));
    }

    Optional<ModelNames> names() {
        return server.map(OllamaServer::names);
    }

    /**
     * @param blobs files of the agent's own store
     */
    Optional<ModelMaker> maker(Function<BlobDigest, Mono<Path>> blobs) {
        return server.map(ollama -> ollama.maker(blobs));
    }

    /** Unloads what was loaded for this agent. */
    void end() {
        server.ifPresent(OllamaServer::close);
    }
}
