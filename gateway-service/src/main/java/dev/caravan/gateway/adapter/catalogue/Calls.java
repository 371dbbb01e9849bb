package dev.caravan.gateway.adapter.catalogue;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.wire.Refusal;
import dev.caravan.wire.WireJson;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.concurrent.TimeoutException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;

/** Reads neighbours' answers, and turns what goes wrong into our faults. */
final class Calls {

    /** Bytes of the largest answer that is read: a vocabulary of 256 k entries, shown whole. */
    private static final int MAX_ANSWER_BYTES = 64 * 1024 * 1024;

    private Calls() {}

    /** The record a 200 carries; else the refusal as a fault. */
    static <T> Mono<T> record(ClientResponse response, Class<T> type) {
        return response.statusCode().is2xxSuccessful()
                ? bytes(response).map(json -> WireJson.mapper().readValue(json, type))
                : refused(response);
    }

    /** The refusal in an answer that is not a success. */
    static <T> Mono<T> refused(ClientResponse response) {
        return bytes(response)
                .map(json -> fault(response, json))
                .switchIfEmpty(Mono.fromSupplier(() -> fault(response, new byte[0])))
                .flatMap(Mono::error);
    }

    private static Mono<byte[]> bytes(ClientResponse response) {
        return DataBufferUtils.join(response.body(BodyExtractors.toDataBuffers()), MAX_ANSWER_BYTES)
                .map(
                        buffer -> {
                            byte[] bytes = new byte[buffer.readableByteCount()];
                            buffer.read(bytes);
                            DataBufferUtils.release(buffer);
                            return bytes;
                        });
    }

    private static CaravanException fault(ClientResponse response, byte[] json) {
        try {
            Refusal refusal = WireJson.mapper().readValue(json, Refusal.class);
            return new CaravanException(code(refusal.code()), refusal.error());
        } catch (JacksonException noRefusal) {
            return new CaravanException(
                    FaultCode.UPSTREAM_FAILED,
                    "%s answered %s".formatted(response.request().getURI(), response.statusCode()));
        }
    }

    /** The code of that name; one we do not know yet is a failure of its sender. */
    static FaultCode code(String name) {
        return Arrays.stream(FaultCode.values())
                .filter(code -> code.name().equals(name))
                .findFirst()
                .orElse(FaultCode.UPSTREAM_FAILED);
    }

    /** The fault that a failed call to {@code neighbour} means. */
    static Throwable away(Throwable failure, String service, URI neighbour) {
        return switch (failure) {
            case CaravanException fault -> fault;
            case WebClientRequestException unreachable ->
                    away(service, neighbour, unreachable.getMostSpecificCause());
            case IOException broken -> away(service, neighbour, broken);
            case TimeoutException late -> away(service, neighbour, late);
            default -> failure;
        };
    }

    private static CaravanException away(String service, URI neighbour, Throwable cause) {
        return new CaravanException(
                FaultCode.NO_CAPACITY,
                "%s at %s does not answer: %s; try again"
                        .formatted(service, neighbour, cause.getMessage()),
                cause);
    }
}
