package dev.caravan.worker.adapter.oci;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.transfer.Blob;
import dev.caravan.worker.app.transfer.ModelTarget;
import dev.caravan.worker.app.transfer.OutgoingModel;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One model's place in a registry that it is pushed to. */
final class OciTarget implements ModelTarget {

    private final RegistrySession session;
    private final ModelRef name;

    OciTarget(RegistrySession session, ModelRef name) {
        this.session = session;
        this.name = name;
    }

    @Override
    public Mono<Boolean> holds(Blob blob) {
        return session.call(
                        session.http().following(),
                        client ->
                                client.request(HttpMethod.HEAD)
                                        .uri(session.address(path("blobs/" + blob.digest()))),
                        (response, body) ->
                                switch (response.status().code()) {
                                    case 200 -> Mono.just(true);
                                    case 404 -> Mono.just(false);
                                    default -> RegistryHttp.<Boolean>refused(response, body);
                                })
                .single();
    }

    @Override
    public Flux<Long> send(OutgoingModel.Layer layer) {
        return begin(layer)
                .flatMapMany(
                        location ->
                                new BlobUpload(session, layer.blob(), layer.file()).send(location))
                .concatWithValues(layer.blob().size());
    }

    /** Where the upload goes; empty where the registry has the blob from another model. */
    private Mono<URI> begin(OutgoingModel.Layer layer) {
        String mount =
                layer.from()
                        .map(
                                from ->
                                        "?mount=%s&from=%s/%s"
                                                .formatted(
                                                        layer.blob().digest(),
                                                        from.namespace(),
                                                        from.model()))
                        .orElse("");
        URI address = session.address(path("blobs/uploads/") + mount);
        return session.call(
                        session.http()
                                .plain()
                                .headers(h -> h.set(HttpHeaderNames.CONTENT_LENGTH, "0")),
                        client -> client.request(HttpMethod.POST).uri(address),
                        (response, body) ->
                                switch (response.status().code()) {
                                    case 201 -> Mono.<URI>empty();
                                    case 202 -> Mono.just(BlobUpload.next(address, response));
                                    default -> RegistryHttp.<URI>refused(response, body);
                                })
                .singleOrEmpty()
                .onErrorMap(OciTarget::isNotFound, _ -> refused());
    }

    @Override
    public Mono<Void> publish(byte[] manifest) {
        URI address = session.address(path("manifests/" + name.tag()));
        return session.call(
                        session.http()
                                .plain()
                                .headers(
                                        headers ->
                                                headers.set(
                                                                HttpHeaderNames.CONTENT_TYPE,
                                                                OciSource.MANIFEST_TYPE)
                                                        .set(
                                                                HttpHeaderNames.CONTENT_LENGTH,
                                                                manifest.length)),
                        client ->
                                client.request(HttpMethod.PUT)
                                        .uri(address)
                                        .send(
                                                Mono.fromSupplier(
                                                        () -> Unpooled.wrappedBuffer(manifest))),
                        (response, body) ->
                                response.status().code() < 300
                                        ? Mono.<Void>empty()
                                        : RegistryHttp.<Void>refused(response, body))
                .then();
    }

    private String path(String end) {
        return "v2/%s/%s/%s".formatted(name.namespace(), name.model(), end);
    }

    private static boolean isNotFound(Throwable failure) {
        return failure instanceof CaravanException fault
                && fault.code() == FaultCode.MODEL_NOT_FOUND;
    }

    private CaravanException refused() {
        return new CaravanException(
                FaultCode.INVALID_REQUEST,
                "%s takes no uploads for %s/%s (expected: a registry that one may push to)"
                        .formatted(name.host(), name.namespace(), name.model()));
    }
}
