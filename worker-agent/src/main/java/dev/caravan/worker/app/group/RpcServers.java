package dev.caravan.worker.app.group;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.worker.app.engine.EngineEnd;
import dev.caravan.worker.app.engine.MemberId;
import reactor.core.publisher.Mono;

/** Starts processes that lend this host's memory to one head each, and die with this one. */
public interface RpcServers {

    /**
     * What a process for this member is to be; makes room on disk for what that may keep there, and
     * blocks for as long as that takes.
     *
     * @throws CaravanException {@code LOAD_FAILED}; names the binary and the way out
     */
    RpcSetup setup(WantedMember wanted);

    /**
     * Starts a process; blocks for as long as that takes, not until it is ready.
     *
     * @param name of its log
     * @throws CaravanException {@code LOAD_FAILED}; names the binary and the way out
     */
    Running start(MemberId name, RpcSetup setup);

    /** What can be seen of a process without touching it. */
    enum Sight {
        /** It waits for a head and holds nothing. */
        FREE,
        /** A head has it, or it is not done with one that left. */
        TAKEN,
        /** It stands still, is gone, or nothing can be seen of it. */
        STUCK
    }

    /** One process. */
    interface Running {

        long pid();

        /**
         * Completes with the port on loopback once it listens; an error where it does not in time.
         * Stays silent where the process ends.
         */
        Mono<Integer> ready();

        /** Looks at it once it has listened; blocks for some small files. */
        Sight sight();

        /** Completes when the process has ended, for whatever reason; never an error. */
        Mono<EngineEnd> ended();

        /** Ends it at once; nothing in it is worth keeping. */
        void kill();
    }
}
