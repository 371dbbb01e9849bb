package dev.caravan.worker.app.transfer;

import dev.caravan.worker.app.store.BlobDigest;

/**
 * A blob as a manifest names it.
 *
 * @param size bytes
 */
public record Blob(BlobDigest digest, long size) {

    public Blob {
        if (size < 0) {
            throw new IllegalArgumentException(
                    "size of %s: %d (expected: >= 0)".formatted(digest, size));
        }
    }
}
