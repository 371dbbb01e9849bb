package dev.caravan.gateway.app.models;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Asks all agents at once; those that do not answer are left out. */
public final class AgentSurvey {

    private static final Logger log = LoggerFactory.getLogger(AgentSurvey.class);

    private final AgentStores stores;
    private final Duration patience;

    /**
     * @param patience how long the slowest agent may hold up the others' answers
     */
    public AgentSurvey(AgentStores stores, Duration patience) {
        this.stores = stores;
        this.patience = patience;
    }

    /** The agents that answer; a {@code NO_CAPACITY} where there are some and none does. */
    public Mono<List<AgentState>> states() {
        return Flux.fromIterable(stores.addresses())
                .flatMap(
                        agent ->
                                stores.state(agent)
                                        .timeout(patience)
                                        .onErrorResume(away -> leftOut(agent, away)))
                // The view and the registry may each know an agent by an address of their own.
                .distinct(AgentState::id)
                .collectList()
                .flatMap(
                        states ->
                                states.isEmpty() && !stores.addresses().isEmpty()
                                        ? Mono.error(noneAnswers())
                                        : Mono.just(states));
    }

    private CaravanException noneAnswers() {
        return new CaravanException(
                FaultCode.NO_CAPACITY,
                "worker-agent: none of %s answers; try again".formatted(stores.addresses()));
    }

    /** That an agent is away is told elsewhere; any other failure has its cause here. */
    private static Mono<AgentState> leftOut(URI agent, Throwable why) {
        if (why instanceof CaravanException || why instanceof TimeoutException) {
            log.atDebug()
                    .addKeyValue("agent", agent)
                    .addKeyValue("cause", why.getMessage())
                    .log("agent left out");
        } else {
            log.atWarn().addKeyValue("agent", agent).setCause(why).log("agent left out");
        }
        return Mono.empty();
    }
}
