package dev.caravan.scheduler.adapter.agent;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.scheduler.app.CopyLink;
import dev.caravan.scheduler.app.CopyOrder;
import dev.caravan.wire.FetchMessage;
import dev.caravan.wire.ProgressLine;
import dev.caravan.wire.Routes;
import java.time.Duration;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;

/** Posts to {@code /internal/v1/models/fetch} and follows the agent's steps. */
public final class HttpCopies implements CopyLink {

    /** Agents tell of each layer many times a second. */
    private static final Duration HEARD_EVERY = Duration.ofSeconds(1);

    private final WebClient client;

    public HttpCopies(WebClient client) {
        this.client = client;
    }

    @Override
    public Flux<String> copy(CopyOrder order) {
        return client.post()
                .uri(order.address() + Routes.FETCH)
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(
                        new FetchMessage(
                                order.model().display(), order.digest().hex(), order.holders()))
                .exchangeToFlux(HttpCopies::steps)
                .map(HttpCopies::progress)
                .sample(HEARD_EVERY)
                .onBackpressureLatest();
    }

    private static Flux<ProgressLine> steps(ClientResponse response) {
        return response.statusCode().is2xxSuccessful()
                ? response.bodyToFlux(ProgressLine.class)
                : response.<ProgressLine>createError().flux();
    }

    private static String progress(ProgressLine line) {
        if (line.error() != null) {
            throw new CaravanException(FaultCode.UPSTREAM_FAILED, line.error());
        }
        return line.status() + " " + line.completed();
    }
}
