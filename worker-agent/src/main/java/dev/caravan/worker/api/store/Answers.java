package dev.caravan.worker.api.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import dev.caravan.wire.ProgressLine;
import dev.caravan.wire.Refusal;
import dev.caravan.wire.WireJson;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;

/** Reads and writes the records of this service's store routes. */
final class Answers {

    private static final Logger log = LoggerFactory.getLogger(Answers.class);

    /** Bytes of a request record; names and digests need far less. */
    private static final int MAX_REQUEST_BYTES = 1024 * 1024;

    private Answers() {}

    /** The request's record, an {@code INVALID_REQUEST} where the body is none. */
    static <T> Mono<T> read(ServerRequest request, Class<T> type) {
        return DataBufferUtils.join(request.body(BodyExtractors.toDataBuffers()), MAX_REQUEST_BYTES)
                .map(
                        buffer -> {
                            byte[] bytes = new byte[buffer.readableByteCount()];
                            buffer.read(bytes);
                            DataBufferUtils.release(buffer);
                            return bytes;
                        })
                .map(bytes -> WireJson.mapper().readValue(bytes, type))
                .switchIfEmpty(Mono.error(() -> invalid("request body: absent (expected: JSON)")))
                .onErrorMap(
                        JacksonException.class,
                        broken -> invalid("request body: " + broken.getOriginalMessage()))
                .onErrorMap(
                        DataBufferLimitException.class,
                        _ ->
                                invalid(
                                        "request body: too large (expected: at most %d bytes)"
                                                .formatted(MAX_REQUEST_BYTES)));
    }

    static Mono<ServerResponse> json(Object record) {
        return ServerResponse.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(WireJson.mapper().writeValueAsBytes(record));
    }

    /** What was asked for goes against what is there. */
    static Mono<ServerResponse> conflict(String text) {
        return ServerResponse.status(HttpStatus.CONFLICT)
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(
                        WireJson.mapper()
                                .writeValueAsBytes(
                                        Refusal.of(FaultCode.INVALID_REQUEST.name(), text)));
    }

    static byte[] line(ProgressLine line) {
        return (WireJson.mapper().writeValueAsString(line) + "\n").getBytes(UTF_8);
    }

    /** The line that ends a stream with its failure. */
    static ProgressLine failed(Throwable failure) {
        return ProgressLine.error(code(failure).name(), text(failure));
    }

    static Mono<ServerResponse> failure(Throwable failure, ServerRequest request) {
        FaultCode code = code(failure);
        if (code == FaultCode.INTERNAL) {
            log.atError().addKeyValue("path", request.path()).setCause(failure).log("store failed");
        }
        return ServerResponse.status(status(code))
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(
                        WireJson.mapper()
                                .writeValueAsBytes(Refusal.of(code.name(), text(failure))));
    }

    private static FaultCode code(Throwable failure) {
        return failure instanceof CaravanException fault ? fault.code() : FaultCode.INTERNAL;
    }

    private static String text(Throwable failure) {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    private static HttpStatus status(FaultCode code) {
        return switch (code) {
            case INVALID_REQUEST -> HttpStatus.BAD_REQUEST;
            case FORBIDDEN -> HttpStatus.FORBIDDEN;
            case MODEL_NOT_FOUND -> HttpStatus.NOT_FOUND;
            case QUEUE_FULL, NO_CAPACITY, BUSY -> HttpStatus.SERVICE_UNAVAILABLE;
            case UPSTREAM_FAILED -> HttpStatus.BAD_GATEWAY;
            case UPSTREAM_TIMEOUT -> HttpStatus.GATEWAY_TIMEOUT;
            case LOAD_FAILED, INTERNAL -> HttpStatus.INTERNAL_SERVER_ERROR;
        };
    }

    /** The name, an {@code INVALID_REQUEST} where the text is none. */
    static ModelRef name(@Nullable String text) {
        return ModelRef.parse(text == null ? "" : text)
                .orElseThrow(() -> invalid("invalid model name"));
    }

    static CaravanException invalid(String text) {
        return new CaravanException(FaultCode.INVALID_REQUEST, text);
    }
}
