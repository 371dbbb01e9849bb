package dev.caravan.worker.app.engine;

import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.model.ModelRunner;
import dev.caravan.worker.app.store.ModelPolicy;
import dev.caravan.worker.app.store.ModelStore;
import dev.caravan.worker.app.store.StoredModel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reactor.core.publisher.Flux;

/** A store that holds what a test puts in. */
public final class FakeStore implements ModelStore {

    static final int LAYERS = 8;
    public static final ModelDigest DIGEST = new ModelDigest("ab".repeat(32));
    public static final ModelRef NAME = ModelRef.parse("demo").orElseThrow();

    private final List<StoredModel> models = new ArrayList<>();

    public FakeStore() {
        put(Optional.empty());
    }

    public void put(Optional<String> fault) {
        put(true, fault);
    }

    public void putWithoutTemplate() {
        put(false, Optional.empty());
    }

    private void put(boolean templated, Optional<String> fault) {
        models.clear();
        models.add(
                new StoredModel(
                        NAME,
                        DIGEST,
                        42,
                        Instant.EPOCH,
                        new StoredModel.Description(
                                "gguf", "llama", List.of("llama"), "1M", "F16", 512, 64),
                        List.of("completion"),
                        Optional.of(new ModelFacts(LAYERS, new ByteSize(900), 1, 512, 64)),
                        Optional.of(Path.of("/models/demo")),
                        templated,
                        Map.of(),
                        Map.of(),
                        ModelPolicy.DEFAULT,
                        fault,
                        ModelRunner.LLAMA_CPP,
                        StoredModel.Parts.NONE));
    }

    public void clear() {
        models.clear();
    }

    @Override
    public List<StoredModel> list() {
        return List.copyOf(models);
    }

    @Override
    public Flux<List<StoredModel>> changes() {
        return Flux.never();
    }

    @Override
    public long freeBytes() {
        return 1L << 30;
    }
}
