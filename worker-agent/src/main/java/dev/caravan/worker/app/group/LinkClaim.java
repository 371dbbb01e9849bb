package dev.caravan.worker.app.group;

import java.util.concurrent.atomic.AtomicBoolean;
import reactor.core.publisher.Mono;

/**
 * The right to talk to one RPC server, held by one head at a time; whoever holds it releases it.
 */
public final class LinkClaim {

    private final int port;
    private final Mono<String> over;
    private final Runnable onRelease;
    private final AtomicBoolean released = new AtomicBoolean();

    LinkClaim(int port, Mono<String> over, Runnable onRelease) {
        this.port = port;
        this.over = over;
        this.onRelease = onRelease;
    }

    /** The RPC server's, on loopback. */
    public int port() {
        return port;
    }

    /** Completes when the RPC server has ended, with how; the claim is worth nothing then. */
    public Mono<String> over() {
        return over;
    }

    /** Gives it back; only the first call counts. */
    public void release() {
        if (released.compareAndSet(false, true)) {
            onRelease.run();
        }
    }
}
