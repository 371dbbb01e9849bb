package dev.caravan.worker.app.store;

import java.util.Optional;

/**
 * A step of making a model, in Ollama's words.
 *
 * @param share how far it is; empty: not told
 */
public record MakingStep(String status, Optional<Share> share) {

    public static final MakingStep SUCCESS = of("success");

    /**
     * @param digest of what is being made; Ollama gives zeros where it is not known yet
     * @param total bytes
     * @param completed bytes, at most {@code total}
     */
    public record Share(String digest, long total, long completed) {}

    public static MakingStep of(String status) {
        return new MakingStep(status, Optional.empty());
    }
}
