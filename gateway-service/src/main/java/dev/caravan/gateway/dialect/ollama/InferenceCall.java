package dev.caravan.gateway.dialect.ollama;

import dev.caravan.core.run.RunRequest;

/**
 * A request to generate or chat that has passed all checks.
 *
 * @param sentModel the model as the client spelt it, which answers repeat
 * @param stream whether the answer comes as lines
 */
public record InferenceCall(String sentModel, boolean stream, Intent intent, RunRequest request) {

    /** What the client wants. */
    public enum Intent {
        ANSWER,
        /** The rendered prompt instead of an answer. */
        RENDER,
        LOAD,
        UNLOAD
    }
}
