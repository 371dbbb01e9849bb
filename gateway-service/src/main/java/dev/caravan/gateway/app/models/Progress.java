package dev.caravan.gateway.app.models;

import java.util.Optional;

/**
 * A step of a long verb, in Ollama's words.
 *
 * @param layer how far the blob is that the step is about; empty: about none
 */
public record Progress(String status, Optional<Layer> layer) {

    public static final String SUCCESS = "success";

    /**
     * @param digest {@code sha256:<hex>}, or what Ollama says where it is not known yet
     * @param total bytes
     * @param completed bytes, at most {@code total}
     */
    public record Layer(String digest, long total, long completed) {}

    public static Progress of(String status) {
        return new Progress(status, Optional.empty());
    }

    boolean isSuccess() {
        return status.equals(SUCCESS);
    }
}
