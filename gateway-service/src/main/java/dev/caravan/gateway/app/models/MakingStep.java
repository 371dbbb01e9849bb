package dev.caravan.gateway.app.models;

import java.util.Optional;

/**
 * A step of making a model, in Ollama's words.
 *
 * @param share how far it is; empty: not told
 */
public record MakingStep(String status, Optional<Share> share) {

    /**
     * @param total bytes
     * @param completed bytes, at most {@code total}
     */
    public record Share(String digest, long total, long completed) {}

    public static MakingStep of(String status) {
        return new MakingStep(status, Optional.empty());
    }

    boolean isSuccess() {
        return status.equals("success");
    }
}
