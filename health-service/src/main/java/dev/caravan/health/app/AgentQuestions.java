package dev.caravan.health.app;

import java.net.URI;
import reactor.core.publisher.Mono;

/** Asks one agent for its report. */
public interface AgentQuestions<R> {

    /**
     * @param since the sequence that is known, or -1 to have the report in any case
     * @return an answer within two seconds, never an error
     */
    Mono<Answer<R>> ask(URI address, long since);
}
