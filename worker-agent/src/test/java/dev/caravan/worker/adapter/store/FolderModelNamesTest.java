package dev.caravan.worker.adapter.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.store.ModelRecipe;
import dev.caravan.worker.app.store.StoredModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class FolderModelNamesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir private Path root;
    private FolderModelStore store;

    @BeforeEach
    void start() {
        store = new FolderModelStore(root, Duration.ofHours(1));
        store.start();
    }

    @AfterEach
    void stop() {
        store.close();
    }

    @Test
    void removesAModelWithItsBlobsAndFolders() {
        make("Ns/M:Tag", 1);

        run(store.names().remove(name("ns/m:tag")));

        assertThat(store.list()).isEmpty();
        assertThat(files("blobs")).isEmpty();
        assertThat(root.resolve("manifests/registry.ollama.ai")).doesNotExist();
        assertThat(files("policies")).isEmpty();
    }

    /** An Ollama on the same folder was asked first, and knows nothing of policies. */
    @Test
    void removesThePolicyOfANameThatAnotherProgramHasTaken() throws IOException {
        make("m", 1);
        Files.delete(root.resolve("manifests/registry.ollama.ai/library/m/latest"));

        assertThatThrownBy(() -> run(store.names().remove(name("m"))))
                .hasMessageContaining("not found");

        assertThat(files("policies")).isEmpty();
    }

    @Test
    void keepsBlobsThatAnotherModelUses() {
        make("m", 1);
        run(store.names().copy(name("m"), name("other")));

        run(store.names().remove(name("m")));

        StoredModel other = store.find(name("other")).orElseThrow();
        assertThat(other.fault()).isEmpty();
        assertThat(other.weights()).hasValueSatisfying(file -> assertThat(file).exists());
    }

    @Test
    void removesNoBlobWhereAnotherManifestCannotBeRead() throws IOException {
        make("m", 1);
        Path broken = root.resolve("manifests/registry.ollama.ai/library/broken/latest");
        Files.createDirectories(broken.getParent());
        Files.writeString(broken, "{");

        run(store.names().remove(name("m")));

        assertThat(files("blobs")).hasSize(2);
        assertThat(store.find(name("m"))).isEmpty();
    }

    @Test
    void removesAModelThatCannotBeRead() throws IOException {
        make("m", 1);
        Files.writeString(root.resolve("manifests/registry.ollama.ai/library/m/latest"), "{");

        run(store.names().remove(name("m")));

        assertThat(store.list()).isEmpty();
    }

    @Test
    void keepsBlobsThatATransferNeeds() {
        make("m", 1);
        List<String> before = files("blobs");
        byte[] manifest = manifest("m");
        var arrival =
                store.arrivals(PartPlan.OLLAMA)
                        .intake()
                        .begin(name("next"), manifest)
                        .blockOptional(PATIENCE)
                        .orElseThrow();

        run(store.names().remove(name("m")));

        assertThat(files("blobs")).containsExactlyInAnyOrderElementsOf(before);
        run(arrival.publish());
        run(arrival.release());
        assertThat(store.find(name("next")).orElseThrow().fault()).isEmpty();
    }

    @Test
    void copiesTheManifestByteForByteAndThePolicy() {
        make("m", 1);

        run(store.names().copy(name("M"), name("Other:V2")));

        assertThat(manifest("Other", "V2")).isEqualTo(manifest("m"));
        StoredModel copy = store.find(name("other:v2")).orElseThrow();
        assertThat(copy.name().display()).isEqualTo("Other:V2");
        assertThat(copy.policy().continuation()).isEqualTo(Continuation.EXACT);
    }

    @Test
    void copyingOntoAModelRemovesWhatOnlyThatOneUsed() {
        make("m", 1);
        make("other", 2);

        run(store.names().copy(name("m"), name("OTHER")));

        assertThat(store.list()).hasSize(2).allMatch(model -> model.fault().isEmpty());
        assertThat(store.list()).extracting(model -> model.digest().hex()).containsOnly(digest());
        assertThat(files("blobs")).hasSize(2);
    }

    @Test
    void whatAReplacedModelLeavesStaysWherePruningIsOffAndGoesWithADelete() {
        withoutPruning();
        make("m", 1);
        make("m", 2);
        List<String> both = files("blobs");
        make("other", 3);

        run(store.names().copy(name("m"), name("other")));

        assertThat(both).hasSize(3);
        assertThat(files("blobs")).hasSize(4).containsAll(both);
        run(store.names().remove(name("other")));
        assertThat(files("blobs")).hasSize(4);
        run(store.names().remove(name("m")));
        assertThat(files("blobs")).hasSize(2);
    }

    private void withoutPruning() {
        store.close();
        store = new FolderModelStore(root, Duration.ofHours(1), false);
        store.start();
    }

    @Test
    void copyingOntoItselfChangesNothing() {
        make("m", 1);

        run(store.names().copy(name("m"), name("M")));

        assertThat(store.list()).hasSize(1);
    }

    @Test
    void saysWhichModelIsNotThere() {
        assertThatThrownBy(() -> run(store.names().remove(name("who"))))
                .hasMessage("model 'who:latest' not found");
        assertThatThrownBy(() -> run(store.names().copy(name("who"), name("m"))))
                .hasMessage("model 'who:latest' not found");
    }

    private String digest() {
        return store.find(name("m")).orElseThrow().digest().hex();
    }

    private void make(String name, long seed) {
        byte[] gguf = StoreFiles.gguf(seed);
        BlobDigest blob = new BlobDigest(StoreFiles.sha256(gguf));
        run(store.blobs().put(blob, Flux.just(ByteBuffer.wrap(gguf))));
        ModelRecipe recipe = ModelRecipe.ofFile(name(name), "m.gguf", blob, Continuation.EXACT);
        run(store.maker((_, _, _) -> Flux.empty()).make(recipe).then());
    }

    private byte[] manifest(String model) {
        return manifest(model, "latest");
    }

    private byte[] manifest(String model, String tag) {
        try {
            return Files.readAllBytes(
                    root.resolve(
                            "manifests/registry.ollama.ai/library/%s/%s".formatted(model, tag)));
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }

    private List<String> files(String folder) {
        try (Stream<Path> files = Files.walk(root.resolve(folder))) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .toList();
        } catch (IOException none) {
            return List.of();
        }
    }

    private static ModelRef name(String text) {
        return ModelRef.parse(text).orElseThrow();
    }

    private static void run(Mono<?> work) {
        work.then().block(PATIENCE);
    }
}
