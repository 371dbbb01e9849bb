package dev.caravan.scheduler.app;

import dev.caravan.core.model.ModelRef;
import reactor.core.publisher.Mono;

/** Where others find policies without asking agents; all of it can be lost. */
public interface PolicyCache {

    Mono<Void> write(ModelRef model, ModelPolicy policy);
}
