package dev.caravan.worker.adapter.store;

import dev.caravan.core.cluster.Version;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.store.ModelMaker;
import dev.caravan.worker.app.store.ModelPolicy;
import dev.caravan.worker.app.store.StoredModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/** Writes config, policy and manifest around a blob that is there. */
final class FolderModelMaker implements ModelMaker {

    private final FolderModelStore store;
    private final StoreFolders folders;
    private final Uploads uploads;
    private final PolicyFiles policies;
    private final WeightsCache cache;
    private final Scheduler disk;

    FolderModelMaker(
            FolderModelStore store,
            StoreFolders folders,
            Uploads uploads,
            PolicyFiles policies,
            WeightsCache cache,
            Scheduler disk) {
        this.store = store;
        this.folders = folders;
        this.uploads = uploads;
        this.policies = policies;
        this.cache = cache;
        this.disk = disk;
    }

    @Override
    public Flux<String> make(ModelRef name, BlobDigest weights, Continuation continuation) {
        return Flux.<String>create(
                        sink -> {
                            write(name, weights, continuation, sink::next);
                            sink.complete();
                        })
                .subscribeOn(disk);
    }

    private void write(
            ModelRef wanted, BlobDigest digest, Continuation continuation, Consumer<String> step) {
        Path file = folders.blob(digest);
        if (!Files.isRegularFile(file)) {
            throw invalid(
                    "blob %s not found (expected: sent before with POST /api/blobs/%s)"
                            .formatted(digest, digest));
        }
        // Before the first step, so that a caller is told with a status that nothing was done.
        Weights weights = read(file);
        step.accept("parsing GGUF");
        step.accept("using existing layer " + digest);
        Manifest manifest =
                Manifest.of(
                        writeConfig(ConfigBlob.of(weights).bytes()),
                        Manifest.Layer.of(Manifest.LAYER_TYPE + "model", digest, size(file)));
        step.accept("writing manifest");
        publish(wanted, manifest, continuation);
        step.accept("success");
    }

    /** One at a time, so that a policy and the manifest it belongs to come from the same call. */
    private void publish(ModelRef wanted, Manifest manifest, Continuation continuation) {
        synchronized (store) {
            Optional<StoredModel> known = store.find(wanted);
            ModelRef name = known.map(StoredModel::name).orElse(wanted);
            Version last = known.map(model -> model.policy().version()).orElse(Version.NONE);
            policies.write(name, new ModelPolicy(last.next(), continuation));
            uploads.write(folders.manifest(name), manifest.bytes());
            store.scan();
        }
    }

    private Weights read(Path file) {
        return switch (cache.read(file)) {
            case WeightsCache.Read(var weights) -> weights;
            case WeightsCache.Broken(var why) -> throw invalid(why);
        };
    }

    private Manifest.Layer writeConfig(byte[] json) {
        BlobDigest digest = new BlobDigest(HexFormat.of().formatHex(Upload.sha256().digest(json)));
        Path file = folders.blob(digest);
        if (!Files.isRegularFile(file)) {
            uploads.write(file, json);
        }
        return Manifest.Layer.of(Manifest.CONFIG_TYPE, digest, json.length);
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException gone) {
            throw new UncheckedIOException("cannot read " + file + ": " + gone, gone);
        }
    }

    private static CaravanException invalid(String text) {
        return new CaravanException(FaultCode.INVALID_REQUEST, text);
    }
}
