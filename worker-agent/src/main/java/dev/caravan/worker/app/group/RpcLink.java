package dev.caravan.worker.app.group;

import reactor.core.publisher.Mono;

/** The way from a head to one RPC server, wherever that is; whoever opened it closes it. */
public interface RpcLink {

    /** Where the head finds the RPC server on loopback. */
    int port();

    /** Completes when the RPC server cannot be reached any more, with why; not when closed here. */
    Mono<String> lost();

    /** Ends it at once, on both sides; further calls do nothing. */
    void close();
}
