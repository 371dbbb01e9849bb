package dev.caravan.worker.app.transfer;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.transfer.PartialBlobs.Part;
import dev.caravan.worker.app.transfer.PartialBlobs.PartialBlob;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeoutException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Brings the bytes of blobs in, in parts at the same time, each digest once however many want it. A
 * part that breaks or stalls is asked for again from where it stopped; a byte in between starts the
 * count of tries anew.
 */
final class Downloads {

    private final PartialBlobs partials;
    private final TransferLimits limits;
    private final SharedWork<BlobDigest, Long> downloads = new SharedWork<>();
    private final SharedWork<BlobDigest, Void> checks = new SharedWork<>();

    Downloads(PartialBlobs partials, TransferLimits limits) {
        this.partials = partials;
        this.limits = limits;
    }

    /** Bytes of the blob that are here, again and again until all are. */
    Flux<Long> fetch(Blob blob, ModelSource source) {
        Flux<Long> work =
                partials.isWhole(blob)
                        .flatMapMany(
                                whole ->
                                        whole
                                                ? Flux.just(blob.size())
                                                : Flux.usingWhen(
                                                        partials.open(blob),
                                                        partial -> fill(partial, source),
                                                        PartialBlob::close));
        return downloads.join(blob.digest(), work);
    }

    /** Gives a blob that has all its bytes its place; one of another digest is removed. */
    Mono<Void> verify(Blob blob) {
        Flux<Void> work =
                partials.isWhole(blob)
                        .flatMap(whole -> whole ? Mono.<Void>empty() : partials.verify(blob))
                        .flux();
        return checks.join(blob.digest(), work).then();
    }

    private Flux<Long> fill(PartialBlob partial, ModelSource source) {
        return Flux.fromIterable(partial.unfinished())
                .flatMap(part -> fill(partial, part, source), limits.streams())
                .map(_ -> partial.completed())
                .startWith(partial.completed());
    }

    private Flux<Integer> fill(PartialBlob partial, Part part, ModelSource source) {
        long end = part.offset() + part.size();
        return Flux.defer(
                        () ->
                                partial.write(
                                        part,
                                        watched(
                                                partial.blob(),
                                                partial.position(part),
                                                end,
                                                source)))
                .concatWith(Mono.defer(() -> ended(partial, part, end)))
                .retryWhen(
                        Retry.backoff(limits.retries(), limits.firstWait())
                                .transientErrors(true)
                                .filter(Downloads::mayGetBetter)
                                .onRetryExhaustedThrow((_, last) -> exhausted(last.failure())));
    }

    private Flux<ByteBuffer> watched(Blob blob, long from, long end, ModelSource source) {
        return from == end
                ? Flux.empty()
                : source.bytes(blob, from, end)
                        .timeout(limits.stall())
                        .onErrorMap(TimeoutException.class, _ -> stalled(blob));
    }

    private static Mono<Integer> ended(PartialBlob partial, Part part, long end) {
        long position = partial.position(part);
        return position == end
                ? Mono.empty()
                : Mono.error(
                        new CaravanException(
                                FaultCode.UPSTREAM_FAILED,
                                "%s: ended at byte %d (expected: %d)"
                                        .formatted(partial.blob().digest(), position, end)));
    }

    private CaravanException stalled(Blob blob) {
        return new CaravanException(
                FaultCode.UPSTREAM_TIMEOUT,
                "%s: stalled (expected: a byte within %s)"
                        .formatted(blob.digest(), limits.stall()));
    }

    private static boolean mayGetBetter(Throwable failure) {
        return failure instanceof CaravanException fault
                && (fault.code() == FaultCode.UPSTREAM_FAILED
                        || fault.code() == FaultCode.UPSTREAM_TIMEOUT);
    }

    private static CaravanException exhausted(Throwable last) {
        return new CaravanException(
                FaultCode.UPSTREAM_FAILED, "max retries exceeded: " + last.getMessage(), last);
    }
}
