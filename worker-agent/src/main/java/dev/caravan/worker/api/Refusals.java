package dev.caravan.worker.api;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.EngineRefusal;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.wire.Refusal;
import dev.caravan.wire.ReplicaLoad;
import dev.caravan.wire.WireJson;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;

/** Failures as statuses and {@link Refusal}s. */
final class Refusals {

    private static final Logger log = LoggerFactory.getLogger(Refusals.class);

    private Refusals() {}

    /** Answers with the failure; the response must not have begun. */
    static Mono<Void> write(
            ServerHttpResponse response, Throwable failure, @Nullable ReplicaLoad load) {
        FaultCode code = code(failure);
        if (code == FaultCode.INTERNAL) {
            log.atError().setCause(failure).log("request failed");
        }
        byte[] body =
                WireJson.mapper()
                        .writeValueAsBytes(
                                new Refusal(
                                        code.name(),
                                        String.valueOf(failure.getMessage()),
                                        load,
                                        engineStatus(failure)));
        response.setStatusCode(status(code));
        response.getHeaders().setContentType(MediaType.APPLICATION_JSON);
        response.getHeaders().setContentLength(body.length);
        return response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
    }

    private static @Nullable Integer engineStatus(Throwable failure) {
        return failure instanceof EngineRefusal refusal ? refusal.status() : null;
    }

    private static FaultCode code(Throwable failure) {
        return switch (failure) {
            case CaravanException fault -> fault.code();
            case JacksonException _, IllegalArgumentException _ -> FaultCode.INVALID_REQUEST;
            default -> FaultCode.INTERNAL;
        };
    }

    private static HttpStatus status(FaultCode code) {
        return switch (code) {
            case INVALID_REQUEST -> HttpStatus.BAD_REQUEST;
            case FORBIDDEN -> HttpStatus.FORBIDDEN;
            case MODEL_NOT_FOUND -> HttpStatus.NOT_FOUND;
            case BUSY, QUEUE_FULL, NO_CAPACITY -> HttpStatus.SERVICE_UNAVAILABLE;
            case UPSTREAM_FAILED, LOAD_FAILED -> HttpStatus.BAD_GATEWAY;
            case UPSTREAM_TIMEOUT -> HttpStatus.GATEWAY_TIMEOUT;
            case INTERNAL -> HttpStatus.INTERNAL_SERVER_ERROR;
        };
    }
}
