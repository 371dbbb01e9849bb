package dev.caravan.worker.adapter.neighbours;

import dev.caravan.platform.Neighbours;
import dev.caravan.wire.AgentEvent;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.Routes;
import dev.caravan.wire.WireJson;
import dev.caravan.worker.app.event.AgentEvents;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Sends each event to every instance of the control plane that is known, three times at the most.
 * One that misses it sees the same in the next report.
 */
public final class EventPusher implements AgentEvents {

    private static final Logger log = LoggerFactory.getLogger(EventPusher.class);

    private static final List<String> LISTENERS =
            List.of("health-service", "scheduler-service", "registry-service");

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(2);
    private static final int RETRIES = 2;
    private static final Duration RETRY_DELAY = Duration.ofMillis(100);

    /** A new agent hears of its neighbours when the registry has told it, a second or two later. */
    private static final int LOOKS = 120;

    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private final Neighbours neighbours;
    private final WebClient client;
    private final Supplier<AgentReport> report;
    private final InstantSource clock;

    public EventPusher(
            Neighbours neighbours,
            WebClient client,
            Supplier<AgentReport> report,
            InstantSource clock) {
        this.neighbours = neighbours;
        this.client = client;
        this.report = report;
        this.clock = clock;
    }

    @Override
    public void tell(Kind kind, String subject, String detail) {
        push(kind, subject, detail).subscribe();
    }

    /** Completes when every listener has it or the tries are used up; never an error. */
    public Mono<Void> push(Kind kind, String subject, String detail) {
        return Mono.defer(() -> send(listeners(), event(kind, subject, detail)));
    }

    /** As {@link #push}, but waits, a minute at the most, until there is a listener. */
    public Mono<Void> pushWhenKnown(Kind kind, String subject) {
        return Flux.interval(Duration.ZERO, LOOK_EVERY)
                .take(LOOKS)
                .onBackpressureDrop()
                .filter(_ -> !listeners().isEmpty())
                .next()
                .flatMap(_ -> push(kind, subject, ""));
    }

    private List<URI> listeners() {
        return LISTENERS.stream()
                .flatMap(service -> neighbours.instances(service).stream())
                .distinct()
                .toList();
    }

    private byte[] event(Kind kind, String subject, String detail) {
        AgentReport now = report.get();
        AgentEvent event =
                new AgentEvent(
                        now.agentId(),
                        clock.millis(),
                        AgentEvent.Type.valueOf(kind.name()),
                        subject,
                        detail.isEmpty() ? null : detail,
                        now);
        return WireJson.mapper().writeValueAsBytes(event);
    }

    private Mono<Void> send(List<URI> listeners, byte[] event) {
        return Flux.fromIterable(listeners).flatMap(listener -> send(listener, event)).then();
    }

    private Mono<Void> send(URI listener, byte[] event) {
        return client.post()
                .uri(listener.resolve(Routes.EVENTS))
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(event)
                .retrieve()
                .toBodilessEntity()
                .timeout(ANSWER_TIMEOUT)
                .retryWhen(Retry.backoff(RETRIES, RETRY_DELAY))
                .doOnError(
                        cause ->
                                log.atDebug()
                                        .addKeyValue("listener", listener)
                                        .addKeyValue("cause", cause.toString())
                                        .log("event not taken"))
                .onErrorComplete()
                .then();
    }
}
