package dev.caravan.worker.app.transfer;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.store.Progress;
import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Sends models to registries, with Ollama's steps. */
public final class Pushes {

    private static final Duration TELL_EVERY = Duration.ofMillis(60);

    private final ModelFiles files;
    private final ModelTarget.Registries registries;

    public Pushes(ModelFiles files, ModelTarget.Registries registries) {
        this.files = files;
        this.registries = registries;
    }

    /** A {@code MODEL_NOT_FOUND} before the first step where the model is not here. */
    public Flux<Progress> push(ModelRef name, boolean insecure) {
        return files.outgoing(name)
                .switchIfEmpty(
                        Mono.error(
                                () ->
                                        new CaravanException(
                                                FaultCode.MODEL_NOT_FOUND,
                                                "model '%s' not found".formatted(name.display()))))
                .flatMapMany(
                        model ->
                                Flux.just(Progress.of("retrieving manifest"))
                                        .concatWith(
                                                Flux.defer(
                                                        () ->
                                                                send(
                                                                        model,
                                                                        registries.target(
                                                                                name, insecure)))));
    }

    private static Flux<Progress> send(OutgoingModel model, ModelTarget target) {
        return Flux.concat(
                Flux.fromIterable(model.layers()).concatMap(layer -> layer(layer, target), 0),
                Flux.just(Progress.of("pushing manifest")),
                target.publish(model.manifest()).then(Mono.empty()),
                Flux.just(Progress.of("success")));
    }

    private static Flux<Progress> layer(OutgoingModel.Layer layer, ModelTarget target) {
        Blob blob = layer.blob();
        return target.holds(blob)
                .flatMapMany(
                        there ->
                                there
                                        ? Flux.just(blob.size())
                                        : target.send(layer)
                                                .sample(TELL_EVERY)
                                                .onBackpressureLatest())
                .map(sent -> Progress.of("pushing", blob.digest(), blob.size(), sent));
    }
}
