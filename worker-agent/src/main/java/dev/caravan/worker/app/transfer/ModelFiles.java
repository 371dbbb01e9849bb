package dev.caravan.worker.app.transfer;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.store.BlobDigest;
import java.nio.file.Path;
import reactor.core.publisher.Mono;

/** The files of this host's models, for those that take them over. */
public interface ModelFiles {

    /** The bytes of the manifest with that digest; empty where no model here has it. */
    Mono<byte[]> manifest(ModelDigest digest);

    /** The model with all its files; empty where nothing here goes by that name. */
    Mono<OutgoingModel> outgoing(ModelRef name);

    /** A whole blob's file; empty where it is not here. */
    Mono<Path> blob(BlobDigest digest);
}
