package dev.caravan.gateway.adapter.health;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.gateway.app.Sightings;
import dev.caravan.wire.Routes;
import dev.caravan.wire.SightingMessage;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Posts to every instance of the health service, for each agent once a second at most. */
public final class HealthSightings implements Sightings {

    private static final Logger log = LoggerFactory.getLogger(HealthSightings.class);

    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final WebClient http;
    private final Supplier<List<URI>> instances;
    private final Supplier<String> gateway;
    private final InstantSource clock;
    private final Map<AgentId, Instant> told = new ConcurrentHashMap<>();

    /**
     * @param instances base URLs of the health service's instances
     * @param gateway names this gateway, for people
     */
    public HealthSightings(
            WebClient http,
            Supplier<List<URI>> instances,
            Supplier<String> gateway,
            InstantSource clock) {
        this.http = http;
        this.instances = instances;
        this.gateway = gateway;
        this.clock = clock;
    }

    @Override
    public void saw(AgentSnapshot agent, Kind kind) {
        if (!isDue(agent.id())) {
            return;
        }
        SightingMessage message =
                new SightingMessage(gateway.get(), agent.id().value(), agent.address(), kind(kind));
        Flux.fromIterable(instances.get()).flatMap(health -> post(health, message)).subscribe();
    }

    private boolean isDue(AgentId agent) {
        Instant now = clock.instant();
        told.values().removeIf(last -> !last.plus(PAUSE).isAfter(now));
        AtomicBoolean due = new AtomicBoolean();
        told.computeIfAbsent(
                agent,
                _ -> {
                    due.set(true);
                    return now;
                });
        return due.get();
    }

    private Mono<Void> post(URI health, SightingMessage message) {
        return http.post()
                .uri(health.resolve(Routes.SIGHTINGS))
                .bodyValue(message)
                .retrieve()
                .toBodilessEntity()
                .timeout(TIMEOUT)
                .doOnError(
                        fault ->
                                log.atDebug()
                                        .addKeyValue("health", health)
                                        .addKeyValue("agent", message.agentId())
                                        .addKeyValue("reason", fault.toString())
                                        .log("sighting not told"))
                .onErrorComplete()
                .then();
    }

    private static SightingMessage.Kind kind(Kind kind) {
        return switch (kind) {
            case REFUSED -> SightingMessage.Kind.REFUSED;
            case UNREACHABLE -> SightingMessage.Kind.UNREACHABLE;
            case SILENT -> SightingMessage.Kind.SILENT;
            case BROKEN -> SightingMessage.Kind.BROKEN;
        };
    }
}
