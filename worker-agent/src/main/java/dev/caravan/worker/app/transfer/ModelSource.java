package dev.caravan.worker.app.transfer;

import java.nio.ByteBuffer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Where a model comes from. What may get better by asking again is an {@code UPSTREAM_FAILED} or an
 * {@code UPSTREAM_TIMEOUT}; every other error is final.
 */
public interface ModelSource {

    /** The manifest's bytes as they are there. */
    Mono<byte[]> manifest();

    /**
     * Bytes of a blob as they come; fewer than asked for where the source gives up.
     *
     * @param to exclusive
     */
    Flux<ByteBuffer> bytes(Blob blob, long from, long to);
}
