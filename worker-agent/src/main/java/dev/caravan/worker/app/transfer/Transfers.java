package dev.caravan.worker.app.transfer;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.store.ModelPuller;
import dev.caravan.worker.app.store.ModelStore;
import dev.caravan.worker.app.store.Progress;
import dev.caravan.worker.app.store.StoredModel;
import dev.caravan.worker.app.transfer.Intake.Arrival;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Takes models in, from registries and from other agents, with Ollama's steps. */
public final class Transfers implements ModelPuller {

    /** As often as Ollama tells how far a layer is. */
    private static final Duration TELL_EVERY = Duration.ofMillis(60);

    private static final String PULLING = "pulling";

    private final ModelStore store;
    private final ModelSources sources;
    private final Intake intake;
    private final Downloads downloads;

    /**
     * @param store the agent's own
     */
    public Transfers(
            ModelStore store,
            ModelSources sources,
            Intake intake,
            PartialBlobs partials,
            TransferLimits limits) {
        this.store = store;
        this.sources = sources;
        this.intake = intake;
        this.downloads = new Downloads(partials, limits);
    }

    @Override
    public Flux<Progress> pull(ModelRef wanted, boolean insecure) {
        ModelRef name = spelled(wanted);
        return Flux.just(Progress.of("pulling manifest"))
                .concatWith(
                        Flux.defer(
                                () -> {
                                    ModelSource source = sources.registry(name, insecure);
                                    return source.manifest()
                                            .onErrorMap(
                                                    CaravanException.class,
                                                    Transfers::ofTheManifest)
                                            .flatMapMany(bytes -> take(name, bytes, source));
                                }));
    }

    /** Takes in exactly the model of that digest from agents that hold it. */
    public Flux<Progress> fetch(ModelRef wanted, ModelDigest digest, List<URI> holders) {
        ModelRef name = spelled(wanted);
        ModelSource source = sources.peers(digest, holders);
        return source.manifest().flatMapMany(bytes -> take(name, bytes, source));
    }

    /** The spelling that is there already. */
    private ModelRef spelled(ModelRef name) {
        return store.find(name).map(StoredModel::name).orElse(name);
    }

    private Flux<Progress> take(ModelRef name, byte[] manifest, ModelSource source) {
        return Flux.usingWhen(
                intake.begin(name, manifest), model -> take(model, source), Arrival::release);
    }

    private Flux<Progress> take(Arrival model, ModelSource source) {
        return Flux.concat(
                Flux.fromIterable(model.blobs()).concatMap(blob -> layer(model, blob, source), 0),
                step("verifying sha256 digest", verify(model)),
                step("writing manifest", Mono.empty()),
                model.publish()
                        .filter(Boolean::booleanValue)
                        .map(_ -> Progress.of("removing unused layers")),
                Mono.just(Progress.of("success")));
    }

    private Flux<Progress> layer(Arrival model, Blob blob, ModelSource source) {
        Flux<Long> completed =
                model.isMissing(blob)
                        ? downloads.fetch(blob, source).sample(TELL_EVERY).onBackpressureLatest()
                        : Flux.just(blob.size());
        return completed.map(done -> Progress.of(PULLING, blob.digest(), blob.size(), done));
    }

    private Mono<Void> verify(Arrival model) {
        return Flux.fromIterable(model.blobs())
                .filter(model::isMissing)
                .concatMap(downloads::verify)
                .then(model.check());
    }

    private static Flux<Progress> step(String status, Mono<Void> work) {
        return Flux.concat(Mono.just(Progress.of(status)), work.then(Mono.empty()));
    }

    private static CaravanException ofTheManifest(CaravanException failure) {
        return new CaravanException(
                failure.code(), "pull model manifest: " + failure.getMessage(), failure);
    }
}
