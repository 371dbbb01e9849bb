package dev.caravan.worker.adapter.store;

import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.store.BlobDigest;
import java.nio.file.Path;

/**
 * Where things lie under a store's root.
 *
 * <ul>
 *   <li>{@code manifests/<host>/<namespace>/<model>/<tag>}: one JSON file a model, as Ollama has it
 *   <li>{@code blobs/sha256-<hex>}: weights and small layers, as Ollama has it
 *   <li>{@code blobs/sha256-<hex>-partial} and {@code …-partial-<n>}: a download that is not
 *       complete, as Ollama has it
 *   <li>{@code blobs/upload-<random>}: bytes on their way in. Not {@code …-partial-<n>}, which
 *       Ollama reads as a part of a download of its own; a name like ours it removes after an hour
 *   <li>{@code policies/<host>/<namespace>/<model>/<tag>.json}: our policy. Beside the manifests'
 *       tree and not in it, since Ollama takes every file at its fourth level for a manifest
 * </ul>
 */
record StoreFolders(Path root) {

    static final String UPLOAD_PREFIX = "upload-";

    Path manifests() {
        return root.resolve("manifests");
    }

    Path blobs() {
        return root.resolve("blobs");
    }

    Path blob(BlobDigest digest) {
        return blobs().resolve("sha256-" + digest.hex());
    }

    /** A blob of which not all bytes are here yet; the records of its parts lie beside it. */
    Path partial(BlobDigest digest) {
        return blobs().resolve("sha256-" + digest.hex() + "-partial");
    }

    Path manifest(ModelRef name) {
        return under(manifests(), name, name.tag());
    }

    Path policy(ModelRef name) {
        return under(root.resolve("policies"), name, name.tag() + ".json");
    }

    private static Path under(Path tree, ModelRef name, String file) {
        return tree.resolve(name.host())
                .resolve(name.namespace())
                .resolve(name.model())
                .resolve(file);
    }
}
