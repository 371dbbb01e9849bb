package dev.caravan.scheduler.app;

import reactor.core.publisher.Flux;

/** Lets agents take models over from each other. */
public interface CopyLink {

    /**
     * Ends well when the model is there.
     *
     * @return something that differs from the one before with each progress; an error with the
     *     agent's reason
     */
    Flux<String> copy(CopyOrder order);
}
