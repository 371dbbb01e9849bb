package dev.caravan.worker.app.store;

import dev.caravan.core.model.ModelRunner;
import java.util.Optional;
import reactor.core.publisher.Flux;

/**
 * Makes a model where the one that it is made from lies: in the agent's own store, else in that of
 * an engine beside it. What is made of files comes into the own store.
 */
public final class JoinedMaker implements ModelMaker {

    private final ModelMaker own;
    private final ModelStore models;
    private final Optional<ModelMaker> beside;

    /**
     * @param models of both
     */
    public JoinedMaker(ModelMaker own, ModelStore models, Optional<ModelMaker> beside) {
        this.own = own;
        this.models = models;
        this.beside = beside;
    }

    @Override
    public Flux<Progress> make(ModelRecipe recipe) {
        return Flux.defer(() -> maker(recipe).make(recipe));
    }

    private ModelMaker maker(ModelRecipe recipe) {
        return beside.filter(
                        _ ->
                                recipe.from()
                                        .flatMap(models::find)
                                        .filter(model -> model.engine() == ModelRunner.OLLAMA)
                                        .isPresent())
                .orElse(own);
    }
}
