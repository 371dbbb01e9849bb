package dev.caravan.gateway.adapter.catalogue;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.gateway.app.models.Progress;
import dev.caravan.wire.ProgressLine;
import dev.caravan.wire.WireJson;
import java.util.Objects;
import java.util.Optional;
import org.springframework.web.reactive.function.client.ClientResponse;
import reactor.core.publisher.Flux;

/** An agent's steps off the wire; a line that tells a failure becomes that failure. */
final class ProgressLines {

    private ProgressLines() {}

    static Flux<Progress> steps(ClientResponse response) {
        return response.statusCode().is2xxSuccessful()
                ? response.bodyToFlux(String.class).map(ProgressLines::step)
                : Calls.<Progress>refused(response).flux();
    }

    private static Progress step(String json) {
        ProgressLine line = WireJson.mapper().readValue(json, ProgressLine.class);
        if (line.status() == null) {
            throw new CaravanException(
                    line.code() == null ? FaultCode.UPSTREAM_FAILED : Calls.code(line.code()),
                    line.error() == null ? "the agent gave up without a reason" : line.error());
        }
        return new Progress(
                line.status(),
                Optional.ofNullable(line.digest())
                        .map(
                                digest ->
                                        new Progress.Layer(
                                                digest,
                                                Objects.requireNonNullElse(line.total(), 0L),
                                                Objects.requireNonNullElse(line.completed(), 0L))));
    }
}
