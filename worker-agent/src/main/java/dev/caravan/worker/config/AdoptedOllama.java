package dev.caravan.worker.config;

import dev.caravan.worker.adapter.ollama.OllamaServer;
import dev.caravan.worker.app.engine.AdoptedEngine;
import dev.caravan.worker.app.store.JoinedModels;
import java.util.Optional;

/** The Ollama server that this agent was told of, if any. */
record AdoptedOllama(Optional<OllamaServer> server) {

    /** Looks at once, so that what was wanted before a restart is found again. */
    void start() {
        server.ifPresent(OllamaServer::start);
    }

    Optional<AdoptedEngine> engine() {
        return server.map(AdoptedEngine.class::cast);
    }

    Optional<JoinedModels.Beside> models() {
        return server.map(ollama -> new JoinedModels.Beside(ollama, ollama.viewer()));
    }

    /** Unloads what was loaded for this agent. */
    void end() {
        server.ifPresent(OllamaServer::close);
    }
}
