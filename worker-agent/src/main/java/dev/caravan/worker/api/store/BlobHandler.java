package dev.caravan.worker.api.store;

import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.store.BlobStore;
import java.nio.ByteBuffer;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Blobs in; what is not yet read of one stays in the client's socket. */
final class BlobHandler {

    private final BlobStore store;

    BlobHandler(BlobStore store) {
        this.store = store;
    }

    Mono<ServerResponse> head(ServerRequest request) {
        return digest(request)
                .flatMap(store::holds)
                .flatMap(
                        there ->
                                ServerResponse.status(there ? HttpStatus.OK : HttpStatus.NOT_FOUND)
                                        .build());
    }

    Mono<ServerResponse> post(ServerRequest request) {
        Flux<ByteBuffer> bytes =
                request.body(BodyExtractors.toDataBuffers()).map(BlobHandler::copied);
        return digest(request)
                .flatMap(digest -> store.put(digest, bytes))
                .flatMap(
                        created ->
                                ServerResponse.status(created ? HttpStatus.CREATED : HttpStatus.OK)
                                        .build());
    }

    /** Off the pooled buffer at once, so that a cancel can leave none of them unreleased. */
    private static ByteBuffer copied(DataBuffer buffer) {
        byte[] bytes = new byte[buffer.readableByteCount()];
        buffer.read(bytes);
        DataBufferUtils.release(buffer);
        return ByteBuffer.wrap(bytes);
    }

    private static Mono<BlobDigest> digest(ServerRequest request) {
        String text = request.pathVariable("digest");
        return Mono.justOrEmpty(BlobDigest.parse(text))
                .switchIfEmpty(
                        Mono.error(
                                () ->
                                        Answers.invalid(
                                                "digest: \"%s\" (expected: sha256:<64 hex digits>)"
                                                        .formatted(text))));
    }
}
