package dev.caravan.worker.adapter.oci;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.worker.app.transfer.Blob;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClientResponse;
import reactor.util.retry.Retry;

/**
 * A blob on its way to a registry: in parts that follow each other, each to where the answer to the
 * one before says; a registry may send the bytes of a part to another host.
 */
final class BlobUpload {

    private static final long PART_BYTES = 100_000_000;
    private static final int RETRIES = 6;
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);

    private final RegistrySession session;
    private final Blob blob;
    private final List<FilePart> parts;
    private final AtomicLong sent = new AtomicLong();

    BlobUpload(RegistrySession session, Blob blob, Path file) {
        this.session = session;
        this.blob = blob;
        this.parts =
                LongStream.iterate(0, offset -> offset < blob.size(), offset -> offset + PART_BYTES)
                        .mapToObj(
                                offset ->
                                        new FilePart(
                                                file,
                                                offset,
                                                Math.min(blob.size(), offset + PART_BYTES)))
                        .toList();
    }

    /** Bytes sent so far, as they go; a reader that is slow is told the latest. */
    Flux<Long> send(URI first) {
        return Flux.<Long>create(
                sink ->
                        sink.onDispose(
                                send(first, _ -> sink.next(sent.get()))
                                        .subscribe(_ -> {}, sink::error, sink::complete)),
                FluxSink.OverflowStrategy.LATEST);
    }

    private Mono<Void> send(URI first, LongConsumer told) {
        Mono<URI> location = Mono.just(first);
        for (FilePart part : parts) {
            location = location.flatMap(where -> part(where, part, told));
        }
        return location.flatMap(this::finish);
    }

    private Mono<URI> part(URI where, FilePart part, LongConsumer told) {
        return Mono.defer(
                        () -> {
                            sent.set(part.offset());
                            return patch(where, part, told);
                        })
                .retryWhen(
                        Retry.backoff(RETRIES, FIRST_WAIT)
                                .filter(
                                        failure ->
                                                failure instanceof CaravanException fault
                                                        && fault.code()
                                                                == FaultCode.UPSTREAM_FAILED)
                                .onRetryExhaustedThrow(
                                        (_, last) ->
                                                new CaravanException(
                                                        FaultCode.UPSTREAM_FAILED,
                                                        "max retries exceeded: "
                                                                + last.failure().getMessage(),
                                                        last.failure())));
    }

    private Mono<URI> patch(URI where, FilePart part, LongConsumer told) {
        return session.call(
                        session.http()
                                .plain()
                                .headers(
                                        headers ->
                                                headers.set(
                                                                HttpHeaderNames.CONTENT_RANGE,
                                                                "%d-%d"
                                                                        .formatted(
                                                                                part.offset(),
                                                                                part.end() - 1))
                                                        .set(
                                                                HttpHeaderNames.CONTENT_LENGTH,
                                                                part.length())
                                                        .set("X-Redirect-Uploads", "1")),
                        client ->
                                client.request(HttpMethod.PATCH)
                                        .uri(where)
                                        .send(part.bytes(count -> count(count, told))),
                        (response, body) -> patched(where, part, told, response, body))
                .single();
    }

    private Publisher<URI> patched(
            URI where,
            FilePart part,
            LongConsumer told,
            HttpClientResponse response,
            ByteBufFlux body) {
        int status = response.status().code();
        if (status == 307) {
            return put(where.resolve(location(response)), part, told)
                    .thenReturn(next(where, response));
        }
        return status < 300
                ? Mono.just(next(where, response))
                : RegistryHttp.<URI>refused(response, body);
    }

    /** To another host, which is to have no token of the registry's. */
    private Mono<Void> put(URI elsewhere, FilePart part, LongConsumer told) {
        sent.set(part.offset());
        return session.http()
                .plain()
                .headers(headers -> headers.set(HttpHeaderNames.CONTENT_LENGTH, part.length()))
                .put()
                .uri(elsewhere)
                .send(part.bytes(count -> count(count, told)))
                .response(
                        (response, body) ->
                                response.status().code() < 300
                                        ? Mono.<Void>empty()
                                        : RegistryHttp.<Void>refused(response, body))
                .onErrorMap(failure -> RegistryHttp.broken(failure, elsewhere))
                .then();
    }

    private void count(long bytes, LongConsumer told) {
        told.accept(sent.addAndGet(bytes));
    }

    private Mono<Void> finish(URI where) {
        return Flux.fromIterable(parts)
                .concatMap(FilePart::md5)
                .collect(ArrayList<byte[]>::new, ArrayList::add)
                .map(this::etag)
                .flatMap(etag -> finish(where, etag));
    }

    private String etag(List<byte[]> sums) {
        MessageDigest md5 = FilePart.newMd5();
        sums.forEach(md5::update);
        return HexFormat.of().formatHex(md5.digest()) + "-" + parts.size();
    }

    private Mono<Void> finish(URI where, String etag) {
        String query = "digest=%s&etag=%s".formatted(blob.digest(), etag);
        URI address = URI.create(where + (where.getRawQuery() == null ? "?" : "&") + query);
        return session.call(
                        session.http()
                                .plain()
                                .headers(h -> h.set(HttpHeaderNames.CONTENT_LENGTH, "0")),
                        client -> client.request(HttpMethod.PUT).uri(address),
                        (response, body) ->
                                response.status().code() < 300
                                        ? Mono.<Void>empty()
                                        : RegistryHttp.<Void>refused(response, body))
                .then();
    }

    private static String location(HttpClientResponse response) {
        String location = response.responseHeaders().get(HttpHeaderNames.LOCATION);
        if (location == null) {
            throw new CaravanException(
                    FaultCode.INVALID_REQUEST,
                    "the registry's answer %s has no Location".formatted(response.status()));
        }
        return location;
    }

    /** Where the next part goes. */
    static URI next(URI asked, HttpClientResponse response) {
        String ours = response.responseHeaders().get("Docker-Upload-Location");
        return asked.resolve(ours == null ? location(response) : ours);
    }
}
