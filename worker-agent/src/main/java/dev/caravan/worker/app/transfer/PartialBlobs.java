package dev.caravan.worker.app.transfer;

import java.nio.ByteBuffer;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Blobs of which only some bytes are here; what is here outlives this process. */
public interface PartialBlobs {

    Mono<Boolean> isWhole(Blob blob);

    /** Goes on from what is there; whoever had it open before can write no more. */
    Mono<PartialBlob> open(Blob blob);

    /**
     * Compares a partial blob that has all its bytes with its digest, and gives it its place. One
     * of another digest is removed.
     *
     * @return an {@code INVALID_REQUEST} that says both digests
     */
    Mono<Void> verify(Blob blob);

    /** A run of bytes that comes from its start to its end. */
    record Part(int number, long offset, long size) {}

    /** An open one. */
    interface PartialBlob {

        Blob blob();

        /** Bytes that are here. */
        long completed();

        /** Parts that miss bytes. */
        List<Part> unfinished();

        /** Offset in the blob of the first byte that the part misses; its end where it is whole. */
        long position(Part part);

        /**
         * Writes what follows {@link #position}, at the disk's pace.
         *
         * @return bytes written, one number a buffer
         */
        Flux<Integer> write(Part part, Flux<ByteBuffer> bytes);

        Mono<Void> close();
    }
}
