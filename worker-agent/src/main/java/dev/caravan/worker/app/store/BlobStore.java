package dev.caravan.worker.app.store;

import java.nio.ByteBuffer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The files that models are made of, each under the digest of its bytes. */
public interface BlobStore {

    Mono<Boolean> holds(BlobDigest digest);

    /**
     * Takes in a blob's bytes, at the disk's pace and in little memory. Whatever goes wrong, a
     * cancel included, leaves nothing behind.
     *
     * @return true where the blob is new, false where it was there already (the bytes are then read
     *     and dropped); an {@code INVALID_REQUEST} where they have another digest
     */
    Mono<Boolean> put(BlobDigest digest, Flux<ByteBuffer> bytes);
}
