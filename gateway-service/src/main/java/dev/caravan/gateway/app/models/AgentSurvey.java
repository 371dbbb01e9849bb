package dev.caravan.gateway.app.models;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import java.time.Duration;
import java.util.List;
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
                                        .onErrorResume(
                                                away -> {
                                                    log.atDebug()
                                                            .addKeyValue("agent", agent)
                                                            .addKeyValue("cause", away.getMessage())
                                                            .log("agent left out");
                                                    return Mono.empty();
                                                }))
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
}
