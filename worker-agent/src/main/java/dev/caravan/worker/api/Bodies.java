package dev.caravan.worker.api;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.wire.WireJson;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Mono;

/** Reads and writes whole JSON bodies. */
final class Bodies {

    /** As much as the gateway takes from a client, and the room that its JSON needs around it. */
    private static final int MAX_BYTES = 80 << 20;

    private Bodies() {}

    static <T> Mono<T> read(ServerHttpRequest request, Class<T> type) {
        return DataBufferUtils.join(request.getBody(), MAX_BYTES)
                .map(Bodies::bytes)
                .map(body -> WireJson.mapper().readValue(body, type))
                .onErrorMap(
                        DataBufferLimitException.class,
                        _ -> invalid("request body: longer than %d bytes".formatted(MAX_BYTES)))
                .switchIfEmpty(Mono.error(() -> invalid("request body: absent (expected: JSON)")));
    }

    private static byte[] bytes(DataBuffer joined) {
        byte[] body = new byte[joined.readableByteCount()];
        joined.read(body);
        DataBufferUtils.release(joined);
        return body;
    }

    static Mono<Void> write(ServerHttpResponse response, Object message) {
        byte[] body = WireJson.mapper().writeValueAsBytes(message);
        response.getHeaders().setContentType(MediaType.APPLICATION_JSON);
        response.getHeaders().setContentLength(body.length);
        return response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
    }

    /** A field that has to be there, whatever the record's type says: JSON may leave it out. */
    static <T> T required(@Nullable T value, String name) {
        if (value == null) {
            throw invalid(name + ": absent (expected: a value)");
        }
        return value;
    }

    static CaravanException invalid(String text) {
        return new CaravanException(FaultCode.INVALID_REQUEST, text);
    }
}
