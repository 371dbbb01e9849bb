package dev.caravan.worker.app.store;

import dev.caravan.core.model.ModelDigest;
import java.nio.file.Path;
import reactor.core.publisher.Mono;

/** The files of this host's models, for those that take them over. */
public interface ModelFiles {

    /** The bytes of the manifest with that digest; empty where no model here has it. */
    Mono<byte[]> manifest(ModelDigest digest);

    /** A whole blob's file; empty where it is not here. */
    Mono<Path> blob(BlobDigest digest);
}
