package dev.caravan.worker.adapter.ollama;

import dev.caravan.worker.app.engine.EngineEnd;
import reactor.core.publisher.Mono;

/** Where a server is, and what is known of it without asking it. */
sealed interface OllamaHost permits FoundOllama, StartedOllama {

    /** Its address now; one that is started again has another. */
    OllamaUrl url();

    /** The same for people; what is to be started where it is nowhere yet. */
    String shown();

    /** Whether it is on this machine; may ask the resolver, which blocks. */
    boolean isHere();

    /** Makes it be there, as far as that is this agent's affair; does not wait for its answer. */
    void start(Watcher watcher);

    /** Completes where it can be asked; else an error that says why it cannot. */
    Mono<Void> reachable();

    /** It has answered. */
    void answered();

    /**
     * It has not answered.
     *
     * @return why, for people
     */
    String missed(Throwable failure);

    /** Whether its first answer can be waited for. */
    boolean isStarting();

    /** Ends it, as far as that is this agent's affair; blocks until it has ended. */
    void close();

    /** Is told what happens by itself; may be told on any thread. */
    interface Watcher {

        void ended(EngineEnd end);

        /** It was started again and may answer soon. */
        void again();
    }
}
