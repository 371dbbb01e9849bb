package dev.caravan.health.api;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.health.app.HealthRounds;
import dev.caravan.health.app.Membership;
import dev.caravan.wire.AgentEvent;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.NodesMessage;
import dev.caravan.wire.Refusal;
import dev.caravan.wire.Routes;
import dev.caravan.wire.SightingMessage;
import java.net.URI;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebInputException;
import reactor.core.publisher.Mono;

/** Tells what is known of the agents; takes news of them at once. */
@RestController
class HealthController {

    private final Membership<AgentReport> membership;
    private final HealthRounds<AgentReport> rounds;

    HealthController(Membership<AgentReport> membership, HealthRounds<AgentReport> rounds) {
        this.membership = membership;
        this.rounds = rounds;
    }

    @GetMapping(Routes.NODES)
    NodesMessage nodes() {
        return HealthShapes.nodes(membership.latest(), rounds.unheard());
    }

    @PostMapping(Routes.EVENTS)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    Mono<Void> event(@RequestBody AgentEvent event) {
        return rounds.told(
                HealthShapes.reading(event.report()),
                event.type() == AgentEvent.Type.AGENT_STOPPING);
    }

    @PostMapping(Routes.SIGHTINGS)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void sighting(@RequestBody SightingMessage sighting) {
        rounds.sighted(
                new AgentId(sighting.agentId()),
                URI.create(sighting.address()),
                HealthShapes.kind(sighting.kind()),
                sighting.gateway());
    }

    @ExceptionHandler({
        ServerWebInputException.class,
        IllegalArgumentException.class,
        NullPointerException.class
    })
    @ResponseStatus(HttpStatus.BAD_REQUEST)
    Refusal unreadable(Exception fault) {
        return Refusal.of(
                "INVALID_REQUEST",
                fault.getMessage()
                        + " (expected: an agent's event or a gateway's sighting as JSON)");
    }
}
