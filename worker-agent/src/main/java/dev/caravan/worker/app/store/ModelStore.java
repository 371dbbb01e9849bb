package dev.caravan.worker.app.store;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Flux;

/** The models on disk, as last seen; asking never touches the disk and never blocks. */
public interface ModelStore {

    /** All models, newest first; models that cannot be read are among them, with their fault. */
    List<StoredModel> list();

    /** The model of that manifest digest; names that share it share everything but their policy. */
    default Optional<StoredModel> find(ModelDigest digest) {
        return list().stream().filter(model -> model.digest().equals(digest)).findFirst();
    }

    /** The model of that name, in any spelling of it. */
    default Optional<StoredModel> find(ModelRef name) {
        return list().stream().filter(model -> model.name().sameAs(name)).findFirst();
    }

    /** Every later {@link #list} that differs from the one before it; never ends by itself. */
    Flux<List<StoredModel>> changes();

    /** Bytes free on the file system that holds the models, as last seen. */
    long freeBytes();
}
