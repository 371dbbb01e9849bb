package dev.caravan.worker.app.group;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.worker.app.engine.EngineEnd;
import reactor.core.publisher.Mono;

/** Starts processes that lend this host's memory to one head each, and die with this one. */
public interface RpcServers {

    /**
     * Starts a process; blocks for as long as that takes, not until it is ready.
     *
     * @throws CaravanException {@code LOAD_FAILED}; names the binary and the way out
     */
    Running start(WantedMember wanted);

    /** One process. */
    interface Running {

        long pid();

        /**
         * Completes with the port on loopback once it listens; an error where it does not in time.
         * Stays silent where the process ends.
         */
        Mono<Integer> ready();

        /** Completes when the process has ended, for whatever reason; never an error. */
        Mono<EngineEnd> ended();

        /** Ends it at once; nothing in it is worth keeping. */
        void kill();
    }
}
