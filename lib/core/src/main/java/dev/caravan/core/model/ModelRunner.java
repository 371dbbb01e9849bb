package dev.caravan.core.model;

import java.util.Optional;

/** What runs a model; a model of one kind of engine is not always one of another's. */
public enum ModelRunner {
    /** An engine that the agent starts, on a GGUF of its own store. */
    LLAMA_CPP("llama.cpp"),
    /** An Ollama server that the agent adopted or started, on a model of that server. */
    OLLAMA("ollama");

    private final String label;

    ModelRunner(String label) {
        this.label = label;
    }

    /** The spelling in JSON and metrics. */
    public String label() {
        return label;
    }

    /** The kind of that label; empty where this release knows none. */
    public static Optional<ModelRunner> of(String label) {
        for (ModelRunner kind : values()) {
            if (kind.label.equals(label)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
