package dev.caravan.worker.app.store;

import java.util.Optional;

/**
 * A step of a long verb, in Ollama's words.
 *
 * @param layer how far the blob is that the step is about; empty: about none
 */
public record Progress(String status, Optional<Layer> layer) {

    public static final Progress SUCCESS = of("success");

    /**
     * @param digest {@code sha256:<hex>}; Ollama gives zeros where it is not known yet
     * @param total bytes
     * @param completed bytes, at most {@code total}
     */
    public record Layer(String digest, long total, long completed) {}

    public static Progress of(String status) {
        return new Progress(status, Optional.empty());
    }

    public static Progress of(String status, String digest, long total, long completed) {
        return new Progress(status, Optional.of(new Layer(digest, total, completed)));
    }

    /**
     * @param doing "pulling" or "pushing"
     */
    public static Progress of(String doing, BlobDigest digest, long total, long completed) {
        return of(doing + " " + digest.hex().substring(0, 12), digest.toString(), total, completed);
    }
}
