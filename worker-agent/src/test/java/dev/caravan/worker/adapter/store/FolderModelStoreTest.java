package dev.caravan.worker.adapter.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.store.ModelPolicy;
import dev.caravan.worker.app.store.StoredModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FolderModelStoreTest {

    private static final byte[] GGUF = StoreFiles.gguf(7);

    @TempDir Path root;
    private StoreFiles files;
    private FolderModelStore store;

    @BeforeEach
    void makeStore() {
        files = new StoreFiles(root);
        store = new FolderModelStore(root, Duration.ofMillis(50));
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void startsInAFolderThatIsNotThere() {
        store = new FolderModelStore(root.resolve("a/b"), Duration.ofSeconds(1));

        store.start();

        assertThat(store.list()).isEmpty();
        assertThat(store.freeBytes()).isPositive();
    }

    @Test
    void namesAFolderThatCannotBeMade() throws IOException {
        Path file = Files.writeString(root.resolve("file"), "x");
        store = new FolderModelStore(file.resolve("models"), Duration.ofSeconds(1));

        assertThatThrownBy(store::start)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(file.resolve("models").toString())
                .hasMessageContaining("caravan.worker.models-dir");
    }

    @Test
    void listsWhatAnOllamaPutThere() throws IOException {
        String config =
                files.blob(
                        "{\"model_format\":\"gguf\",\"model_family\":\"llama\",\"model_families\":[\"llama\"],\"model_type\":\"1.5M\",\"file_type\":\"Q4_K_M\"}");
        byte[] manifest =
                files.manifest(
                        "registry.ollama.ai/library/Mixed/1b",
                        config,
                        new String[] {"model", files.blob(GGUF)},
                        new String[] {"system", files.blob("Be brief.")},
                        new String[] {
                            "params", files.blob("{\"stop\":[\"</s>\"],\"temperature\":0.5}")
                        },
                        new String[] {"template", files.blob("{{ .Tools }}{{ .Suffix }}")},
                        new String[] {"license", files.blob("MIT")},
                        new String[] {"license", files.blob("and more")});

        store.start();

        StoredModel model = store.list().getFirst();
        assertThat(store.list()).hasSize(1);
        assertThat(model.fault()).isEmpty();
        assertThat(model.name().display()).isEqualTo("Mixed:1b");
        assertThat(model.digest().hex()).isEqualTo(StoreFiles.sha256(manifest));
        assertThat(model.size()).isEqualTo(65);
        assertThat(model.description().parameterSize()).isEqualTo("1.5M");
        assertThat(model.description().quantization()).isEqualTo("Q4_K_M");
        assertThat(model.description().contextLength()).isEqualTo(4_096);
        assertThat(model.capabilities()).containsExactly("completion", "tools", "insert");
        assertThat(model.facts().orElseThrow().layers()).isEqualTo(2);
        assertThat(model.facts().orElseThrow().weights().bytes()).isPositive();
        assertThat(model.facts().orElseThrow().layerWeights())
                .hasSize(2)
                .allMatch(layer -> layer.bytes() > 0);
        assertThat(model.facts().orElseThrow().outputWeights().bytes()).isPositive();
        assertThat(model.system()).contains("Be brief.");
        assertThat(model.layers().get("license")).containsExactly("MIT", "and more");
        assertThat(model.params()).isEqualTo(Map.of("stop", List.of("</s>"), "temperature", 0.5));
        assertThat(model.policy()).isEqualTo(ModelPolicy.DEFAULT);
        assertThat(model.weights())
                .contains(root.resolve("blobs/sha256-" + StoreFiles.sha256(GGUF)));
        assertThat(store.find(ModelRef.parse("mixed:1B").orElseThrow())).contains(model);
        assertThat(store.find(new ModelDigest(StoreFiles.sha256(manifest)))).contains(model);
    }

    @Test
    void describesAModelWhoseConfigSaysNothingByItsFile() throws IOException {
        files.manifest(
                "registry.ollama.ai/library/plain/latest",
                files.blob("{}"),
                new String[] {"model", files.blob(GGUF)});

        store.start();

        StoredModel.Description description = store.list().getFirst().description();
        assertThat(description.format()).isEqualTo("gguf");
        assertThat(description.family()).isEqualTo("llama");
        assertThat(description.families()).containsExactly("llama");
        assertThat(description.quantization()).isEqualTo("F16");
        assertThat(description.parameterSize()).isNotEmpty();
    }

    @Test
    void tellsAModelWithAChatTemplateInItsFileFromOneWithout() throws IOException {
        byte[] bare = StoreFiles.withoutTemplate(GGUF);
        String config = files.blob("{}");
        String library = "registry.ollama.ai/library/";
        files.manifest(library + "able/latest", config, new String[] {"model", files.blob(GGUF)});
        files.manifest(library + "bare/latest", config, new String[] {"model", files.blob(bare)});

        store.start();

        assertThat(store.find(ModelRef.parse("able").orElseThrow()).orElseThrow().templated())
                .isTrue();
        StoredModel without = store.find(ModelRef.parse("bare").orElseThrow()).orElseThrow();
        assertThat(without.fault()).isEmpty();
        assertThat(without.templated()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "not a gguf, supplied file was not in GGUF format",
        "'', supplied file was not in GGUF format",
        "GGUF, CUT_OFF"
    })
    void listsAModelWithABrokenFileWithItsFaultAndWithoutFacts(String content, String fault)
            throws IOException {
        files.manifest(
                "registry.ollama.ai/library/broken/latest",
                files.blob("{}"),
                new String[] {"model", files.blob(content)});

        store.start();

        StoredModel model = store.list().getFirst();
        assertThat(model.fault().orElseThrow()).contains(fault);
        assertThat(model.facts()).isEmpty();
    }

    @Test
    void listsAModelWhoseWeightsAreCutOffWithItsFault() throws IOException {
        byte[] cut = Arrays.copyOf(GGUF, GGUF.length - 1_000);
        files.manifest(
                "registry.ollama.ai/library/cut/latest",
                files.blob("{}"),
                new String[] {"model", files.blob(cut)});

        store.start();

        assertThat(store.list().getFirst().fault().orElseThrow()).contains("DATA_CUT_OFF");
    }

    @Test
    void listsABrokenManifestAndAMissingBlobWithTheirFaults() throws IOException {
        Path broken = root.resolve("manifests/registry.ollama.ai/library/broken/latest");
        Files.createDirectories(broken.getParent());
        Files.writeString(broken, "{\"schemaVersion\":2");
        files.manifest(
                "registry.ollama.ai/library/gone/latest",
                files.blob("{}"),
                new String[] {"model", "sha256:" + "0".repeat(64)});

        store.start();

        assertThat(fault("broken")).startsWith("manifest: ");
        assertThat(fault("gone")).isEqualTo("blob sha256:" + "0".repeat(64) + " is missing");
    }

    @Test
    void skipsWhatIsNoManifest() throws IOException {
        Path manifests = root.resolve("manifests");
        for (String path :
                List.of("a/b/c", "a/b/c2/d/e", "a/b/c2/.hidden", "a/b/c2/with space", "file")) {
            Path file = manifests.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, "{}");
        }

        store.start();

        assertThat(store.list()).isEmpty();
    }

    @Test
    void seesWhatChangesBehindItsBack() throws IOException {
        store.start();
        List<List<StoredModel>> seen = new CopyOnWriteArrayList<>();
        store.changes().subscribe(seen::add);
        byte[] first =
                files.manifest(
                        "registry.ollama.ai/library/m/latest",
                        files.blob("{}"),
                        new String[] {"model", files.blob(GGUF)});
        await().until(() -> store.list().size() == 1);
        assertThat(store.list().getFirst().digest().hex()).isEqualTo(StoreFiles.sha256(first));

        byte[] second =
                files.manifest(
                        "registry.ollama.ai/library/m/latest",
                        files.blob("{ }"),
                        new String[] {"model", files.blob(StoreFiles.gguf(8))});
        await().untilAsserted(
                        () ->
                                assertThat(store.list().getFirst().digest().hex())
                                        .isEqualTo(StoreFiles.sha256(second)));
        Files.delete(root.resolve("blobs/sha256-" + StoreFiles.sha256(StoreFiles.gguf(8))));
        await().until(() -> store.list().getFirst().fault().isPresent());
        files.blob(StoreFiles.gguf(8));
        await().until(() -> store.list().getFirst().fault().isEmpty());
        Files.delete(root.resolve("manifests/registry.ollama.ai/library/m/latest"));
        await().until(() -> store.list().isEmpty());

        assertThat(seen).hasSizeGreaterThanOrEqualTo(5);
        assertThat(seen.getLast()).isEmpty();
    }

    @Test
    void saysNothingWhileNothingChanges() throws Exception {
        files.manifest(
                "registry.ollama.ai/library/m/latest",
                files.blob("{}"),
                new String[] {"model", files.blob(GGUF)});
        store.start();
        List<StoredModel> before = store.list();
        List<List<StoredModel>> seen = new CopyOnWriteArrayList<>();
        store.changes().subscribe(seen::add);

        store.scan();
        store.scan();

        assertThat(seen).isEmpty();
        assertThat(store.list()).isSameAs(before);
    }

    @Test
    void putsTheNewestFirst() throws IOException {
        for (String name : List.of("old", "new", "middle")) {
            files.manifest(
                    "registry.ollama.ai/library/" + name + "/latest",
                    files.blob("{}"),
                    new String[] {"model", files.blob(GGUF)});
        }
        touch("old", 1_000);
        touch("middle", 2_000);
        touch("new", 3_000);

        store.start();

        assertThat(store.list())
                .extracting(model -> model.name().model())
                .containsExactly("new", "middle", "old");
    }

    @Test
    void readsThePolicyBesideTheManifest() throws IOException {
        files.manifest(
                "registry.ollama.ai/library/m/latest",
                files.blob("{}"),
                new String[] {"model", files.blob(GGUF)});
        Path policy = root.resolve("policies/registry.ollama.ai/library/m/latest.json");
        Files.createDirectories(policy.getParent());
        Files.writeString(policy, "{\"epoch\":5,\"number\":2,\"continuation\":\"exact\"}");
        store.start();
        assertThat(store.list().getFirst().policy())
                .isEqualTo(new ModelPolicy(new Version(5, 2), Continuation.EXACT));

        Files.writeString(policy, "{\"epoch\":5,\"number\":3,\"continuation\":\"sometimes\"}");

        await().until(() -> store.list().getFirst().fault().isPresent());
        assertThat(store.list().getFirst().fault().orElseThrow())
                .contains("sometimes")
                .contains("expected: fluent, exact or repeat");
    }

    private String fault(String name) {
        return store.find(ModelRef.parse(name).orElseThrow()).orElseThrow().fault().orElseThrow();
    }

    private void touch(String name, long millis) throws IOException {
        Files.setLastModifiedTime(
                root.resolve("manifests/registry.ollama.ai/library/" + name + "/latest"),
                FileTime.from(Instant.ofEpochMilli(millis)));
    }
}
