package dev.caravan.worker.app.store;

import java.util.Optional;

/**
 * A step of a long verb, in Ollama's words.
 *
 * @param layer how far the blob is that the step is about; empty: about none
 */
public record Progress(String status, Optional<Layer> layer) {

    /**
     * @param total bytes
     * @param completed bytes, at most {@code total}
     */
    public record Layer(BlobDigest digest, long total, long completed) {}

    public static Progress of(String status) {
        return new Progress(status, Optional.empty());
    }

    /**
     * @param doing "pulling" or "pushing"
     */
    public static Progress of(String doing, BlobDigest digest, long total, long completed) {
        return new Progress(
                doing + " " + digest.hex().substring(0, 12),
                Optional.of(new Layer(digest, total, completed)));
    }
}
