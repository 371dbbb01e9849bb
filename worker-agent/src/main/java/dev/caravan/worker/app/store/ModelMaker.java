package dev.caravan.worker.app.store;

import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelRef;
import reactor.core.publisher.Flux;

/** Makes a model out of a blob that the store holds. */
public interface ModelMaker {

    /**
     * Checks the file before anything is written, then writes config, policy and, as the last
     * thing, the manifest. Making the same model twice gives the same digest.
     *
     * @param continuation policy of the model under its name
     * @return steps in Ollama's words, the last is "success"; or an error that says what is wrong
     *     with the file
     */
    Flux<String> make(ModelRef name, BlobDigest weights, Continuation continuation);
}
