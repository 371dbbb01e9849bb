package dev.caravan.worker.adapter.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.store.ModelMaker;
import dev.caravan.worker.app.store.ModelRecipe;
import dev.caravan.worker.app.store.ModelRecipe.Texts;
import dev.caravan.worker.app.store.Progress;
import dev.caravan.worker.app.store.StoredModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** What a model is made of stays while it is made; what only the replaced one had goes. */
class CreateBesideDeleteTest {

    private static final byte[] GGUF = StoreFiles.gguf(7);
    private static final byte[] SMALLER = StoreFiles.gguf(8);
    private static final BlobDigest WEIGHTS = new BlobDigest(StoreFiles.sha256(GGUF));
    private static final ModelRef BASE = ModelRef.parse("base").orElseThrow();

    @TempDir Path root;
    private FolderModelStore store;

    /** Runs in the middle of a create, when all that it is made of was looked at. */
    private final AtomicReference<Mono<Void>> meanwhile = new AtomicReference<>(Mono.empty());

    @BeforeEach
    void startStore() throws IOException {
        store = new FolderModelStore(root, Duration.ofHours(1));
        store.start();
        new StoreFiles(root).blob(GGUF);
        make(from("base", Optional.empty(), "{{ .Prompt }}", Optional.empty()));
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void aDeleteOfTheModelThatItIsMadeFromTakesNothingAway() {
        meanwhile.set(store.names().remove(BASE));

        make(from("made", Optional.of(BASE), "", Optional.of("Q8_0")));

        assertThat(store.list()).extracting(model -> model.name().model()).containsExactly("made");
        assertThat(store.list()).extracting(StoredModel::fault).containsOnly(Optional.empty());
        assertThat(missing("made")).isEmpty();
    }

    @Test
    void aDeleteOfAnotherModelOfTheSameFileTakesNothingAway() {
        meanwhile.set(store.names().remove(BASE));

        make(from("made", Optional.empty(), "{{ .Prompt }}!", Optional.of("Q8_0")));
        make(from("again", Optional.empty(), "", Optional.empty()));

        assertThat(missing("again")).isEmpty();
    }

    @Test
    void whatACreateThatFailedHeldCanBeDeleted() {
        meanwhile.set(Mono.error(new IllegalStateException("exit code 1")));
        StepVerifier.create(
                        maker().make(from("made", Optional.of(BASE), "", Optional.of("Q8_0")))
                                .last())
                .expectErrorMessage("exit code 1")
                .verify();

        store.names().remove(BASE).block();

        assertThat(blob(WEIGHTS)).doesNotExist();
    }

    @Test
    void blobsThatOnlyTheReplacedModelHadAreRemoved() throws IOException {
        List<BlobDigest> before = blobs("base");

        make(from("base", Optional.of(BASE), "{{ .Prompt }} now", Optional.empty()));

        assertThat(blobs("base")).isNotEqualTo(before);
        assertThat(missing("base")).isEmpty();
        assertThat(before)
                .filteredOn(digest -> !blobs("base").contains(digest))
                .hasSize(1)
                .allSatisfy(gone -> assertThat(blob(gone)).doesNotExist());
    }

    private void make(ModelRecipe recipe) {
        assertThat(maker().make(recipe).map(Progress::status).collectList().block())
                .endsWith("success");
    }

    private ModelMaker maker() {
        return store.maker(
                (_, target, _) ->
                        meanwhile
                                .get()
                                .<Double>then(Mono.empty())
                                .flux()
                                .concatWith(written(target)));
    }

    private static Flux<Double> written(Path target) {
        return Flux.defer(
                () -> {
                    try {
                        Files.write(target, SMALLER);
                        return Flux.just(1.0);
                    } catch (IOException failed) {
                        throw new UncheckedIOException(failed);
                    }
                });
    }

    private static ModelRecipe from(
            String name, Optional<ModelRef> from, String template, Optional<String> quantize) {
        return new ModelRecipe(
                ModelRef.parse(name).orElseThrow(),
                from,
                new TreeMap<>(from.isPresent() ? Map.of() : Map.of("m.gguf", WEIGHTS)),
                new TreeMap<>(),
                new Texts(
                        Optional.of(template).filter(text -> !text.isEmpty()),
                        Optional.empty(),
                        List.of()),
                Map.of(),
                Optional.empty(),
                quantize,
                ModelRecipe.Config.NONE,
                Continuation.FLUENT);
    }

    private List<BlobDigest> missing(String name) {
        return blobs(name).stream().filter(digest -> !Files.exists(blob(digest))).toList();
    }

    private List<BlobDigest> blobs(String name) {
        return UnusedBlobs.namedBy(
                root.resolve("manifests/registry.ollama.ai/library/" + name + "/latest"));
    }

    private Path blob(BlobDigest digest) {
        return root.resolve("blobs/sha256-" + digest.hex());
    }
}
