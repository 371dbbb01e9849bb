package dev.caravan.gateway.app;

import java.util.Optional;
import reactor.core.publisher.Mono;

/** Decides whether a caller may do what it asks for; everything that needs a right asks here. */
@FunctionalInterface
public interface AccessControl {

    /**
     * @param authorization the header as it came
     * @param operation "generate", "chat", ...
     * @param model as the caller spelt it
     */
    record Access(Optional<String> authorization, String operation, String model) {}

    /** Who asks; {@code anonymous} where nobody has to say. */
    record Caller(String keyId) {
        public static final Caller ANONYMOUS = new Caller("anonymous");
    }

    /** The caller, or the error {@code FORBIDDEN}; never empty. */
    Mono<Caller> check(Access access);

    /** Everyone may do everything, as in Ollama. */
    static AccessControl open() {
        return access -> Mono.just(Caller.ANONYMOUS);
    }
}
