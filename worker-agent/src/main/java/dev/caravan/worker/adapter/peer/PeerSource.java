package dev.caravan.worker.adapter.peer;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.wire.Routes;
import dev.caravan.worker.app.transfer.Blob;
import dev.caravan.worker.app.transfer.ByteRange;
import dev.caravan.worker.app.transfer.ModelSource;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One model at the agents that hold it; where one fails the next is asked from then on. */
final class PeerSource implements ModelSource {

    private static final int LARGEST_MANIFEST = 4 << 20;
    private static final Duration MANIFEST_WITHIN = Duration.ofSeconds(10);

    private final WebClient client;
    private final ModelDigest digest;
    private final List<URI> holders;
    private final AtomicInteger current = new AtomicInteger();

    PeerSource(WebClient client, ModelDigest digest, List<URI> holders) {
        if (holders.isEmpty()) {
            throw new IllegalArgumentException(
                    "holders of %s: none (expected: at least one)".formatted(digest));
        }
        this.client = client;
        this.digest = digest;
        this.holders = List.copyOf(holders);
    }

    @Override
    public Mono<byte[]> manifest() {
        return Flux.fromIterable(holders)
                .concatMapDelayError(
                        holder ->
                                manifest(holder)
                                        .timeout(MANIFEST_WITHIN)
                                        .onErrorMap(failure -> broken(holder, failure)))
                .next()
                .onErrorMap(
                        failure ->
                                failure.getSuppressed().length > 0
                                        ? failure.getSuppressed()[0]
                                        : failure);
    }

    private Mono<byte[]> manifest(URI holder) {
        return client.get()
                .uri(holder.resolve(Routes.MANIFEST.replace("{digest}", digest.hex())))
                .exchangeToMono(
                        response ->
                                response.statusCode().equals(HttpStatus.OK)
                                        ? DataBufferUtils.join(
                                                        response.body(
                                                                BodyExtractors.toDataBuffers()),
                                                        LARGEST_MANIFEST)
                                                .map(PeerSource::copied)
                                        : refused(response))
                .filter(buffer -> isRight(buffer.array()))
                .map(ByteBuffer::array)
                .switchIfEmpty(
                        Mono.error(
                                () ->
                                        new CaravanException(
                                                FaultCode.UPSTREAM_FAILED,
                                                "%s: another manifest than that of digest %s"
                                                        .formatted(holder, digest))));
    }

    @Override
    public Flux<ByteBuffer> bytes(Blob blob, long from, long to) {
        ByteRange range = new ByteRange(from, to);
        int asked = current.get();
        URI holder = holders.get(asked % holders.size());
        return client.get()
                .uri(holder.resolve(Routes.BLOB.replace("{digest}", blob.digest().toString())))
                .header(HttpHeaders.RANGE, range.header())
                .exchangeToFlux(
                        response -> {
                            if (!response.statusCode().equals(HttpStatus.PARTIAL_CONTENT)) {
                                return PeerSource.<ByteBuffer>refused(response).flux();
                            }
                            range.requireAnswer(
                                    response.headers()
                                            .asHttpHeaders()
                                            .getFirst(HttpHeaders.CONTENT_RANGE),
                                    blob);
                            return response.body(BodyExtractors.toDataBuffers())
                                    .map(PeerSource::copied);
                        })
                .doOnError(_ -> current.compareAndSet(asked, (asked + 1) % holders.size()))
                .onErrorMap(failure -> broken(holder, failure));
    }

    /** Another try goes to another holder, so even a blob that is not there may be had. */
    private static <T> Mono<T> refused(ClientResponse response) {
        return response.releaseBody()
                .then(
                        Mono.error(
                                () ->
                                        new CaravanException(
                                                FaultCode.UPSTREAM_FAILED,
                                                "%s answered %s"
                                                        .formatted(
                                                                response.request().getURI(),
                                                                response.statusCode()))));
    }

    private static Throwable broken(URI holder, Throwable failure) {
        return failure instanceof WebClientException
                        || failure instanceof java.io.IOException
                        || failure instanceof java.util.concurrent.TimeoutException
                ? new CaravanException(
                        FaultCode.UPSTREAM_FAILED,
                        "worker-agent at %s: %s".formatted(holder, failure.getMessage()),
                        failure)
                : failure;
    }

    private static ByteBuffer copied(DataBuffer buffer) {
        byte[] bytes = new byte[buffer.readableByteCount()];
        buffer.read(bytes);
        DataBufferUtils.release(buffer);
        return ByteBuffer.wrap(bytes);
    }

    private boolean isRight(byte[] manifest) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(manifest))
                    .equals(digest.hex());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
