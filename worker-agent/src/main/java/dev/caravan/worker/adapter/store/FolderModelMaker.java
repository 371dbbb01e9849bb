package dev.caravan.worker.adapter.store;

import dev.caravan.core.cluster.Version;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.store.ModelMaker;
import dev.caravan.worker.app.store.ModelPolicy;
import dev.caravan.worker.app.store.ModelRecipe;
import dev.caravan.worker.app.store.Progress;
import dev.caravan.worker.app.store.Quantizer;
import dev.caravan.worker.app.store.StoredModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;

/** Makes models in the store's folder. */
final class FolderModelMaker implements ModelMaker {

    private final Shelf shelf;
    private final WeightsCache cache;
    private final NewWeights newWeights;

    FolderModelMaker(Shelf shelf, WeightsCache cache, Quantizer quantizer) {
        this.shelf = shelf;
        this.cache = cache;
        this.newWeights = new NewWeights(shelf.folders(), quantizer, shelf.disk());
    }

    @Override
    public Flux<Progress> make(ModelRecipe recipe) {
        return Flux.using(
                () -> shelf.holds().hold(List.of()),
                hold -> make(recipe, new Making(recipe, shelf, cache, hold), hold),
                BlobHolds.Hold::release);
    }

    private Flux<Progress> make(ModelRecipe recipe, Making making, BlobHolds.Hold hold) {
        return Flux.concat(
                blocking(step -> begin(recipe, making, step)),
                Flux.defer(() -> newWeights.of(making.weights(), recipe.quantize())),
                blocking(step -> finish(recipe, making, hold, step)));
    }

    private Flux<Progress> blocking(Consumer<Consumer<Progress>> work) {
        return Flux.<Progress>create(
                        sink -> {
                            work.accept(sink::next);
                            sink.complete();
                        })
                .subscribeOn(shelf.disk());
    }

    private void begin(ModelRecipe recipe, Making making, Consumer<Progress> step) {
        making.check();
        recipe.from().ifPresentOrElse(name -> begin(making, name), () -> making.begin(step));
        making.addAdapters(step);
        making.weights().require();
        making.weights().check();
    }

    private void begin(Making making, ModelRef from) {
        synchronized (shelf.store()) {
            making.begin(source(from));
        }
    }

    /** The model that another is made from. */
    private ModelRef source(ModelRef name) {
        return shelf.store()
                .find(name)
                .map(StoredModel::name)
                .orElseThrow(
                        () ->
                                new CaravanException(
                                        FaultCode.MODEL_NOT_FOUND,
                                        "model '%s' not found".formatted(name.display())));
    }

    private void finish(
            ModelRecipe recipe, Making making, BlobHolds.Hold hold, Consumer<Progress> step) {
        Manifest manifest = making.finish(step);
        step.accept(Progress.of("writing manifest"));
        publish(recipe, manifest, hold);
        step.accept(Progress.SUCCESS);
    }

    /** One at a time, so that a policy and the manifest it belongs to come from the same call. */
    private void publish(ModelRecipe recipe, Manifest manifest, BlobHolds.Hold hold) {
        synchronized (shelf.store()) {
            Optional<StoredModel> known = shelf.store().find(recipe.name());
            ModelRef name = known.map(StoredModel::name).orElse(recipe.name());
            Version last = known.map(model -> model.policy().version()).orElse(Version.NONE);
            Path file = shelf.folders().manifest(name);
            // Fails where the caller has left and nobody holds them any more.
            hold.add(manifest.blobs().toList());
            List<BlobDigest> before = UnusedBlobs.namedBy(file);
            shelf.policies().write(name, new ModelPolicy(last.next(), recipe.continuation()));
            shelf.uploads().write(file, manifest.bytes());
            // The manifest keeps them now; what was only looked at goes with the older one.
            hold.release();
            shelf.unused().removeReplaced(before);
            shelf.store().scan();
        }
    }
}
