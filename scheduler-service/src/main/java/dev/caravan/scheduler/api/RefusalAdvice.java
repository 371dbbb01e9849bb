package dev.caravan.scheduler.api;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.wire.Refusal;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.server.ServerWebInputException;

/** Turns failures into the body and status that neighbours expect. */
@RestControllerAdvice
class RefusalAdvice {

    @ExceptionHandler
    ResponseEntity<Refusal> failed(CaravanException failure) {
        return refusal(failure.code(), String.valueOf(failure.getMessage()));
    }

    @ExceptionHandler
    ResponseEntity<Refusal> unreadable(ServerWebInputException failure) {
        return refusal(
                FaultCode.INVALID_REQUEST,
                "body: %s (expected: JSON of this route)"
                        .formatted(failure.getMostSpecificCause()));
    }

    @ExceptionHandler
    ResponseEntity<Refusal> outOfRange(IllegalArgumentException failure) {
        return refusal(FaultCode.INVALID_REQUEST, String.valueOf(failure.getMessage()));
    }

    private static ResponseEntity<Refusal> refusal(FaultCode code, String error) {
        return ResponseEntity.status(status(code)).body(Refusal.of(code.name(), error));
    }

    private static HttpStatus status(FaultCode code) {
        return switch (code) {
            case INVALID_REQUEST -> HttpStatus.BAD_REQUEST;
            case MODEL_NOT_FOUND -> HttpStatus.NOT_FOUND;
            case FORBIDDEN -> HttpStatus.UNAUTHORIZED;
            case QUEUE_FULL, NO_CAPACITY, BUSY -> HttpStatus.SERVICE_UNAVAILABLE;
            case LOAD_FAILED, INTERNAL -> HttpStatus.INTERNAL_SERVER_ERROR;
            case UPSTREAM_FAILED -> HttpStatus.BAD_GATEWAY;
            case UPSTREAM_TIMEOUT -> HttpStatus.GATEWAY_TIMEOUT;
        };
    }
}
