package dev.caravan.worker.api.store;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.transfer.ModelFiles;
import org.springframework.core.io.FileSystemResource;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Manifests and blobs out, to other agents; ranges are Spring's. */
final class FileHandler {

    private final ModelFiles files;

    FileHandler(ModelFiles files) {
        this.files = files;
    }

    Mono<ServerResponse> blob(ServerRequest request) {
        String text = request.pathVariable("digest");
        return Mono.justOrEmpty(BlobDigest.parse(text))
                .flatMap(files::blob)
                .switchIfEmpty(Mono.error(() -> notFound("blob", text)))
                .flatMap(
                        file ->
                                ServerResponse.ok()
                                        .contentType(MediaType.APPLICATION_OCTET_STREAM)
                                        .bodyValue(new FileSystemResource(file)));
    }

    Mono<ServerResponse> manifest(ServerRequest request) {
        String text = request.pathVariable("digest");
        return Mono.fromCallable(() -> new ModelDigest(text))
                .onErrorMap(
                        IllegalArgumentException.class,
                        invalid -> Answers.invalid(String.valueOf(invalid.getMessage())))
                .flatMap(files::manifest)
                .switchIfEmpty(Mono.error(() -> notFound("manifest", text)))
                .flatMap(
                        bytes ->
                                ServerResponse.ok()
                                        .contentType(MediaType.APPLICATION_OCTET_STREAM)
                                        .bodyValue(bytes));
    }

    private static CaravanException notFound(String what, String digest) {
        return new CaravanException(
                FaultCode.MODEL_NOT_FOUND, "%s %s not found".formatted(what, digest));
    }
}
