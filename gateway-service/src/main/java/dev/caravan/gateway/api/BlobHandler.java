package dev.caravan.gateway.api;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.gateway.app.models.BlobUploads;
import dev.caravan.gateway.dialect.ollama.BlobName;
import dev.caravan.gateway.dialect.ollama.OllamaErrors;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Blobs in, passed on to an agent as they come. */
public final class BlobHandler {

    private final BlobUploads uploads;

    public BlobHandler(BlobUploads uploads) {
        this.uploads = uploads;
    }

    Mono<ServerResponse> head(ServerRequest request) {
        return digest(request)
                .flatMap(
                        digest ->
                                uploads.holders(digest)
                                        .flatMap(
                                                holders ->
                                                        holders.isEmpty()
                                                                ? notFound(request)
                                                                : ServerResponse.ok()
                                                                        .contentLength(0)
                                                                        .build()));
    }

    Mono<ServerResponse> post(ServerRequest request) {
        return digest(request)
                .flatMap(
                        digest ->
                                uploads.put(
                                        digest,
                                        request.headers().contentLength(),
                                        request.body(BodyExtractors.toDataBuffers())))
                .flatMap(
                        created ->
                                ServerResponse.status(created ? HttpStatus.CREATED : HttpStatus.OK)
                                        .contentLength(0)
                                        .build());
    }

    private static Mono<ServerResponse> notFound(ServerRequest request) {
        byte[] unsent =
                OllamaErrors.body(
                        "blob \"%s\" not found".formatted(request.pathVariable("digest")));
        return ServerResponse.status(HttpStatus.NOT_FOUND)
                .header(HttpHeaders.CONTENT_TYPE, Whole.JSON)
                .contentLength(unsent.length)
                .bodyValue(unsent);
    }

    private static Mono<String> digest(ServerRequest request) {
        return Mono.justOrEmpty(BlobName.parse(request.pathVariable("digest")))
                .switchIfEmpty(
                        Mono.error(
                                () ->
                                        new CaravanException(
                                                FaultCode.INVALID_REQUEST,
                                                "invalid digest format")));
    }
}
