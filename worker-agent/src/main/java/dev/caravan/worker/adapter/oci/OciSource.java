package dev.caravan.worker.adapter.oci;

import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.transfer.Blob;
import dev.caravan.worker.app.transfer.ByteRange;
import dev.caravan.worker.app.transfer.ModelSource;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import java.nio.ByteBuffer;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClientResponse;

/** One model in a registry. */
final class OciSource implements ModelSource {

    static final String MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json";

    private final RegistrySession session;
    private final ModelRef name;

    OciSource(RegistrySession session, ModelRef name) {
        this.session = session;
        this.name = name;
    }

    @Override
    public Mono<byte[]> manifest() {
        URI address =
                session.address(
                        "v2/%s/%s/manifests/%s"
                                .formatted(name.namespace(), name.model(), name.tag()));
        return session.call(
                        session.http()
                                .following()
                                .headers(h -> h.set(HttpHeaderNames.ACCEPT, MANIFEST_TYPE)),
                        client -> client.request(HttpMethod.GET).uri(address),
                        (response, body) ->
                                response.status().code() == 200
                                        ? RegistryHttp.bounded(body)
                                        : RegistryHttp.<byte[]>refused(response, body))
                .single();
    }

    @Override
    public Flux<ByteBuffer> bytes(Blob blob, long from, long to) {
        ByteRange range = new ByteRange(from, to);
        URI address =
                session.address(
                        "v2/%s/%s/blobs/%s"
                                .formatted(name.namespace(), name.model(), blob.digest()));
        return session.call(
                session.http()
                        .following()
                        .headers(h -> h.set(HttpHeaderNames.RANGE, range.header())),
                client -> client.request(HttpMethod.GET).uri(address),
                (response, body) -> read(blob, range, response, body));
    }

    private static Publisher<ByteBuffer> read(
            Blob blob, ByteRange range, HttpClientResponse response, ByteBufFlux body) {
        return switch (response.status().code()) {
            case 200 -> range.cutFrom(body.asByteArray().map(ByteBuffer::wrap));
            case 206 -> {
                range.requireAnswer(
                        response.responseHeaders().get(HttpHeaderNames.CONTENT_RANGE), blob);
                yield body.asByteArray().map(ByteBuffer::wrap);
            }
            default -> RegistryHttp.<ByteBuffer>refused(response, body);
        };
    }
}
