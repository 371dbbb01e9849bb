package dev.caravan.worker.app.store;

import reactor.core.publisher.Flux;

/** Makes models out of blobs and models that the store holds. */
public interface ModelMaker {

    /**
     * Checks the files before anything is written, then writes the layers, config, policy and, as
     * the last thing, the manifest. Making the same model twice gives the same digest. A cancel
     * ends what runs; blobs that were written by then stay.
     *
     * @return steps in Ollama's words, the last is "success"; or an error in Ollama's words
     */
    Flux<Progress> make(ModelRecipe recipe);
}
