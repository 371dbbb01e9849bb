package dev.caravan.worker.adapter.store;

import dev.caravan.core.cluster.Version;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.store.MakingStep;
import dev.caravan.worker.app.store.ModelMaker;
import dev.caravan.worker.app.store.ModelPolicy;
import dev.caravan.worker.app.store.ModelRecipe;
import dev.caravan.worker.app.store.Quantizer;
import dev.caravan.worker.app.store.StoredModel;
import java.util.Optional;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/** Makes models in the store's folder. */
final class FolderModelMaker implements ModelMaker {

    private final FolderModelStore store;
    private final StoreFolders folders;
    private final Uploads uploads;
    private final PolicyFiles policies;
    private final WeightsCache cache;
    private final NewWeights newWeights;
    private final Scheduler disk;

    FolderModelMaker(
            FolderModelStore store,
            StoreFolders folders,
            Uploads uploads,
            PolicyFiles policies,
            WeightsCache cache,
            Quantizer quantizer,
            Scheduler disk) {
        this.store = store;
        this.folders = folders;
        this.uploads = uploads;
        this.policies = policies;
        this.cache = cache;
        this.newWeights = new NewWeights(folders, quantizer, disk);
        this.disk = disk;
    }

    @Override
    public Flux<MakingStep> make(ModelRecipe recipe) {
        return Flux.defer(
                () -> {
                    Making making = new Making(recipe, folders, cache, uploads);
                    return Flux.concat(
                            blocking(step -> begin(recipe, making, step)),
                            recipe.quantize()
                                    .map(type -> newWeights.quantized(making, type))
                                    .orElseGet(Flux::empty),
                            blocking(step -> finish(recipe, making, step)));
                });
    }

    private Flux<MakingStep> blocking(Consumer<Consumer<MakingStep>> work) {
        return Flux.<MakingStep>create(
                        sink -> {
                            work.accept(sink::next);
                            sink.complete();
                        })
                .subscribeOn(disk);
    }

    private void begin(ModelRecipe recipe, Making making, Consumer<MakingStep> step) {
        making.check();
        recipe.from().ifPresentOrElse(name -> making.begin(source(name)), () -> making.begin(step));
        making.addAdapters(step);
        making.weights(making.weightsLayer());
    }

    /** The model that another is made from. */
    private StoredModel source(ModelRef name) {
        return store.find(name)
                .orElseThrow(
                        () ->
                                new CaravanException(
                                        FaultCode.MODEL_NOT_FOUND,
                                        "model '%s' not found".formatted(name.display())));
    }

    private void finish(ModelRecipe recipe, Making making, Consumer<MakingStep> step) {
        Manifest manifest = making.finish(step);
        step.accept(MakingStep.of("writing manifest"));
        publish(recipe, manifest);
        step.accept(MakingStep.SUCCESS);
    }

    /** One at a time, so that a policy and the manifest it belongs to come from the same call. */
    private void publish(ModelRecipe recipe, Manifest manifest) {
        synchronized (store) {
            Optional<StoredModel> known = store.find(recipe.name());
            ModelRef name = known.map(StoredModel::name).orElse(recipe.name());
            Version last = known.map(model -> model.policy().version()).orElse(Version.NONE);
            policies.write(name, new ModelPolicy(last.next(), recipe.continuation()));
            uploads.write(folders.manifest(name), manifest.bytes());
            store.scan();
        }
    }
}
