package dev.caravan.worker.app.engine;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.worker.app.store.StoredModel;
import java.util.Optional;

/**
 * An engine that serves several models of its own, and that was there already or runs from the
 * agent's start to its end. It is asked to load and to unload; what else it does is its own affair.
 */
public interface AdoptedEngine {

    /** What is known of it now; never blocks. */
    Status status();

    /**
     * Asks for a model to be loaded; does not wait for it.
     *
     * @throws CaravanException {@code LOAD_FAILED} where the engine is known to be away
     */
    RunningEngine load(WantedEngine wanted, StoredModel model);

    /**
     * @param kind "ollama"
     * @param url where it is; what was to be started where it could not be
     * @param version it tells of itself; empty where it has not answered yet
     * @param slots requests it is taken to run at once
     * @param here whether it is on this host, so that it takes this host's memory
     * @param fault why it cannot be used now
     */
    record Status(
            String kind,
            String url,
            String version,
            int slots,
            boolean here,
            Optional<String> fault) {}
}
