package dev.caravan.gateway.app.models;

import dev.caravan.core.model.ModelRef;
import reactor.core.publisher.Mono;

/**
 * Plans and policies of models, as whoever decides keeps them. Answers are JSON for clients. Errors
 * are {@code INVALID_REQUEST} with the value that is wrong, {@code MODEL_NOT_FOUND}, and {@code
 * NO_CAPACITY} where nobody decides at present.
 */
public interface SplitControl {

    /** What a load would do; nothing is done. */
    Mono<byte[]> plan(PlanWish wish);

    /** What holds for a model. */
    Mono<byte[]> policy(ModelRef model);

    /**
     * Replaces the policy of a model; answers what holds then.
     *
     * @param json the policy as the client sent it
     */
    Mono<byte[]> replacePolicy(ModelRef model, byte[] json);
}
