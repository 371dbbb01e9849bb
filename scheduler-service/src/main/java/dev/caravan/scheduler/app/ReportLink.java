package dev.caravan.scheduler.app;

import reactor.core.publisher.Mono;

/** Asks one agent for its report, now. */
public interface ReportLink {

    /**
     * @param address where the agent is reached
     * @return an error where no answer came within a second
     */
    Mono<AgentStatus> ask(String address);
}
