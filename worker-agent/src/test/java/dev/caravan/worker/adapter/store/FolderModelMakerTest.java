package dev.caravan.worker.adapter.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.store.ModelRecipe;
import dev.caravan.worker.app.store.ModelRecipe.Texts;
import dev.caravan.worker.app.store.ModelViewer.FileView;
import dev.caravan.worker.app.store.Progress;
import dev.caravan.worker.app.store.Quantizer;
import dev.caravan.worker.app.store.StoredModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class FolderModelMakerTest {

    private static final byte[] GGUF = StoreFiles.gguf(7);
    private static final BlobDigest WEIGHTS = new BlobDigest(StoreFiles.sha256(GGUF));

    @TempDir Path root;
    private Quantizer quantizer = (_, _, _) -> Flux.error(new AssertionError("not asked for"));
    private StoreFiles files;
    private FolderModelStore store;

    @BeforeEach
    void startStore() throws IOException {
        files = new StoreFiles(root);
        store = new FolderModelStore(root, Duration.ofHours(1));
        store.start();
        files.blob(GGUF);
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void makesAModelThatIsListedBeforeItSaysSuccess() {
        List<String> steps = make("me/My-Model:v1", Continuation.EXACT).collectList().block();

        assertThat(steps)
                .containsExactly(
                        "parsing GGUF",
                        "using existing layer " + WEIGHTS,
                        "writing manifest",
                        "success");
        StoredModel model = store.list().getFirst();
        assertThat(model.name().display()).isEqualTo("me/My-Model:v1");
        assertThat(model.continuation()).isEqualTo(Continuation.EXACT);
        assertThat(model.fault()).isEmpty();
        assertThat(model.description().family()).isEqualTo("llama");
        assertThat(model.description().quantization()).isEqualTo("F16");
        assertThat(model.capabilities()).contains("completion");
    }

    @Test
    void writesTheLayoutThatOllamaReads() throws IOException {
        make("m", Continuation.FLUENT).blockLast();

        Path manifest = root.resolve("manifests/registry.ollama.ai/library/m/latest");
        String json = Files.readString(manifest);
        assertThat(json)
                .startsWith(
                        "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.docker.distribution.manifest.v2+json\",\"config\":{\"mediaType\":\"application/vnd.docker.container.image.v1+json\",\"digest\":\"sha256:")
                .endsWith(
                        "\"layers\":[{\"mediaType\":\"application/vnd.ollama.image.model\",\"digest\":\"%s\",\"size\":%d}]}\n"
                                .formatted(WEIGHTS, GGUF.length));
        BlobDigest config = Manifest.parse(json.getBytes(UTF_8)).config().blob();
        assertThat(root.resolve("blobs/sha256-" + config.hex()))
                .content()
                .startsWith(
                        "{\"model_format\":\"gguf\",\"model_family\":\"llama\",\"model_families\":[\"llama\"],\"model_type\":\"")
                .endsWith("\"file_type\":\"F16\",\"architecture\":\"amd64\",\"os\":\"linux\"}\n");
        assertThat(
                        StoreFiles.sha256(
                                Files.readAllBytes(root.resolve("blobs/sha256-" + config.hex()))))
                .isEqualTo(config.hex());
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void givesTheSameDigestForTheSameInputs() {
        make("a", Continuation.FLUENT).blockLast();
        make("b", Continuation.EXACT).blockLast();

        assertThat(store.list())
                .extracting(StoredModel::digest)
                .hasSize(2)
                .containsOnly(store.list().getFirst().digest());
    }

    @Test
    void keepsTheSpellingOfAModelThatIsThereAndRaisesItsPolicy() {
        make("Same", Continuation.FLUENT).blockLast();
        StoredModel before = store.list().getFirst();

        make("SAME", Continuation.EXACT).blockLast();

        StoredModel after = store.list().getFirst();
        assertThat(store.list()).hasSize(1);
        assertThat(after.name().display()).isEqualTo("Same:latest");
        assertThat(after.policy().version()).isGreaterThan(before.policy().version());
        assertThat(after.continuation()).isEqualTo(Continuation.EXACT);
    }

    static Stream<Arguments> badFiles() {
        return Stream.of(
                bad(
                        "not a GGUF",
                        _ -> "PK zip".getBytes(UTF_8),
                        "supplied file was not in GGUF format"),
                bad("empty", _ -> new byte[0], "supplied file was not in GGUF format"),
                bad("cut off in the header", good -> Arrays.copyOf(good, 100), "CUT_OFF"),
                bad(
                        "cut off in the weights",
                        good -> Arrays.copyOf(good, good.length - 100),
                        "DATA_CUT_OFF"),
                bad(
                        "of a version to come",
                        good -> {
                            byte[] other = good.clone();
                            other[4] = 99;
                            return other;
                        },
                        "UNSUPPORTED_VERSION"));
    }

    private static Arguments bad(String name, UnaryOperator<byte[]> change, String fault) {
        return Arguments.argumentSet(name, change.apply(GGUF), fault);
    }

    @ParameterizedTest
    @MethodSource("badFiles")
    void refusesABadFileByNameOfItsFaultAndWritesNothing(byte[] bytes, String fault)
            throws IOException {
        String digest = files.blob(bytes);
        List<String> before = allFiles();

        StepVerifier.create(
                        steps(
                                ModelRecipe.ofFile(
                                        name("bad"),
                                        "bad.gguf",
                                        BlobDigest.parse(digest).orElseThrow(),
                                        Continuation.FLUENT)))
                .expectErrorSatisfies(
                        error ->
                                assertThat(error)
                                        .hasMessageContaining(fault)
                                        .isInstanceOfSatisfying(
                                                CaravanException.class,
                                                known ->
                                                        assertThat(known.code())
                                                                .isEqualTo(
                                                                        FaultCode.INVALID_REQUEST)))
                .verify();

        assertThat(allFiles()).isEqualTo(before);
        assertThat(store.list()).isEmpty();
    }

    @Test
    void namesABlobThatIsNotThere() {
        BlobDigest missing = new BlobDigest("0".repeat(64));

        StepVerifier.create(
                        steps(
                                ModelRecipe.ofFile(
                                        name("m"), "m.gguf", missing, Continuation.FLUENT)))
                .expectErrorMessage(
                        "blob %s not found (expected: sent before with POST /api/blobs/%s)"
                                .formatted(missing, missing))
                .verify();
    }

    @Test
    void makesTheSameNameForManyAtOnce() throws IOException {
        List<String> last =
                Flux.range(0, 12)
                        .flatMap(_ -> make("m", Continuation.FLUENT).takeLast(1))
                        .collectList()
                        .block();

        assertThat(last).hasSize(12).containsOnly("success");
        assertThat(store.list()).hasSize(1);
        assertThat(store.list().getFirst().fault()).isEmpty();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void seesEachOfTwoModelsThatAreMadeUnderOneNameInQuickTurn() throws IOException {
        BlobDigest other = BlobDigest.parse(files.blob(StoreFiles.gguf(8))).orElseThrow();
        Path manifest = root.resolve("manifests/registry.ollama.ai/library/m/latest");
        // They keep the files that "m" lets go of.
        make("first", Continuation.FLUENT).blockLast();
        steps(ModelRecipe.ofFile(name("second"), "m.gguf", other, Continuation.FLUENT)).blockLast();

        for (int turn = 0; turn < 40; turn++) {
            BlobDigest weights = turn % 2 == 0 ? WEIGHTS : other;
            steps(ModelRecipe.ofFile(name("m"), "m.gguf", weights, Continuation.FLUENT))
                    .blockLast();

            assertThat(store.find(name("m")).orElseThrow().digest().hex())
                    .isEqualTo(StoreFiles.sha256(Files.readAllBytes(manifest)));
        }
    }

    @Test
    void showsWhatTheFileHolds() {
        make("m", Continuation.FLUENT).blockLast();
        StoredModel model = store.list().getFirst();

        FileView brief = view(model, false);
        FileView verbose = view(model, true);

        assertThat(brief.metadata()).containsEntry("general.architecture", "llama");
        assertThat(brief.metadata().get("llama.block_count")).isEqualTo(2L);
        assertThat(brief.chatTemplate()).isPresent();
        assertThat(brief.tensors())
                .anySatisfy(
                        tensor -> {
                            assertThat(tensor.name()).isEqualTo("token_embd.weight");
                            assertThat(tensor.shape()).containsExactly(64L, 512L);
                        });
        assertThat((List<?>) verbose.metadata().get("tokenizer.ggml.tokens")).hasSize(512);
    }

    private static ModelRecipe dressed(String name, Optional<String> from, Texts texts) {
        return new ModelRecipe(
                name(name),
                from.map(FolderModelMakerTest::name),
                from.isPresent() ? new TreeMap<>() : new TreeMap<>(Map.of("m.gguf", WEIGHTS)),
                new TreeMap<>(),
                texts,
                Map.of("temperature", 0.5, "stop", List.of("<|end|>")),
                Optional.of("[{\"role\":\"user\",\"content\":\"Hi\"}]"),
                Optional.empty(),
                ModelRecipe.Config.NONE,
                Continuation.FLUENT);
    }

    private static Texts texts(String template, String system) {
        return new Texts(Optional.of(template), Optional.of(system), List.of("MIT"));
    }

    @Test
    void writesTextsAsTheLayersThatOllamaWrites() throws IOException {
        List<String> steps =
                steps(dressed("m", Optional.empty(), texts("{{ .Prompt }}", "Be brief.")))
                        .collectList()
                        .block();

        Manifest manifest = manifest("m");
        assertThat(steps)
                .hasSize(9)
                .startsWith("parsing GGUF", "using existing layer " + WEIGHTS)
                .endsWith("writing manifest", "success");
        assertThat(manifest.layers())
                .extracting(Manifest.Layer::kind)
                .containsExactly("model", "template", "system", "license", "params", "messages");
        assertThat(manifest.layers().stream().skip(1).map(this::text))
                .containsExactly(
                        "{{ .Prompt }}",
                        "Be brief.",
                        "MIT",
                        "{\"stop\":[\"\\u003c|end|\\u003e\"],\"temperature\":0.5}\n",
                        "[{\"role\":\"user\",\"content\":\"Hi\"}]\n");
        StoredModel model = store.list().getFirst();
        assertThat(model.template()).contains("{{ .Prompt }}");
        assertThat(model.params()).containsEntry("temperature", 0.5);
        assertThat(model.fault()).isEmpty();
    }

    @Test
    void inheritsLayersAndReplacesMergesOrAddsByTheirKind() throws IOException {
        steps(dressed("base", Optional.empty(), texts("{{ .Prompt }}", "Be brief."))).blockLast();

        List<String> steps =
                steps(
                                new ModelRecipe(
                                        name("made"),
                                        Optional.of(name("BASE")),
                                        new TreeMap<>(),
                                        new TreeMap<>(),
                                        new Texts(
                                                Optional.empty(),
                                                Optional.of("Be long."),
                                                List.of("GPL")),
                                        Map.of("temperature", 0.9, "top_k", 3),
                                        Optional.empty(),
                                        Optional.empty(),
                                        ModelRecipe.Config.NONE,
                                        Continuation.FLUENT))
                        .collectList()
                        .block();

        Manifest manifest = manifest("made");
        assertThat(steps)
                .startsWith("using existing layer " + WEIGHTS)
                .doesNotContain("parsing GGUF");
        assertThat(manifest.layers().getFirst().from()).isEqualTo("base:latest");
        assertThat(manifest.layers())
                .extracting(Manifest.Layer::kind)
                .containsExactly(
                        "model", "template", "license", "messages", "system", "license", "params");
        assertThat(manifest.layers().stream().skip(1).map(this::text))
                .containsExactly(
                        "{{ .Prompt }}",
                        "MIT",
                        "[{\"role\":\"user\",\"content\":\"Hi\"}]\n",
                        "Be long.",
                        "GPL",
                        "{\"stop\":[\"\\u003c|end|\\u003e\"],\"temperature\":0.9,\"top_k\":3}\n");
        assertThat(store.find(name("made")).orElseThrow().parts().parent())
                .isEqualTo("base:latest");
    }

    @Test
    void refusesATemplateThatIsNoneAndWritesNothing() throws IOException {
        List<String> before = allFiles();

        StepVerifier.create(steps(dressed("m", Optional.empty(), texts("{{ if }}", "Be brief."))))
                .expectErrorMessage("template error: template: :1: missing value for if")
                .verify();

        assertThat(allFiles()).isEqualTo(before);
    }

    @Test
    void keepsATemplateThatOnlyOllamaCanRunAndNamesTheDirective() {
        steps(
                        dressed(
                                "m",
                                Optional.empty(),
                                texts("{{ define \"x\" }}{{ end }}{{ .Prompt }}", "S")))
                .blockLast();

        StoredModel model = store.list().getFirst();
        assertThat(model.fault().orElseThrow()).contains("{{define}}").contains("Ollama");
        assertThat(model.facts()).isPresent();
    }

    @Test
    void namesTheModelThatIsNotThereToBeMadeFrom() {
        StepVerifier.create(steps(dressed("m", Optional.of("gone"), texts("{{ .Prompt }}", "S"))))
                .expectErrorMessage("model 'gone:latest' not found")
                .verify();
    }

    @Test
    void ofTwoWeightsTheLastByNameCountsAsInOllama() throws IOException {
        byte[] bytes = StoreFiles.gguf(4);
        BlobDigest other = put(bytes);

        List<String> steps =
                steps(of(Map.of("b.gguf", other, "a.gguf", WEIGHTS), Optional.empty()))
                        .collectList()
                        .block();

        assertThat(steps)
                .containsExactly(
                        "parsing GGUF",
                        "parsing GGUF",
                        "using existing layer " + WEIGHTS,
                        "using existing layer " + other,
                        "writing manifest",
                        "success");
        StoredModel model = store.list().getFirst();
        assertThat(model.weights())
                .hasValueSatisfying(file -> assertThat(file).hasBinaryContent(bytes));
        assertThat(model.description().families()).containsExactly("llama", "llama");
        assertThat(model.size()).isGreaterThan(GGUF.length + bytes.length);
    }

    @Test
    void bothOfTwoWeightsAreQuantized() throws IOException {
        List<Path> sources = new ArrayList<>();
        byte[] smaller = StoreFiles.gguf(8);
        quantizer =
                (source, target, _) ->
                        Flux.just(1.0)
                                .doOnComplete(
                                        () -> {
                                            sources.add(source.getFileName());
                                            write(target, smaller);
                                        });
        BlobDigest other = put(StoreFiles.gguf(4));

        steps(of(Map.of("a.gguf", WEIGHTS, "b.gguf", other), Optional.of("q8_0"))).blockLast();

        assertThat(sources)
                .extracting(Path::toString)
                .containsExactly(
                        WEIGHTS.toString().replace(':', '-'), other.toString().replace(':', '-'));
        assertThat(manifest("two").layers())
                .extracting(Manifest.Layer::digest)
                .containsOnly("sha256:" + StoreFiles.sha256(smaller));
    }

    @Test
    void anAdapterAloneIsNoModel() throws IOException {
        BlobDigest adapter = put(StoreFiles.emptyAdapter());

        StepVerifier.create(steps(of(Map.of("lora.gguf", adapter), Optional.empty())))
                .expectNext("parsing GGUF")
                .expectErrorMessage("no weights (expected: a GGUF file of a model)")
                .verify();

        assertThat(store.list()).isEmpty();
    }

    @Test
    void keepsTheVersionThatAModelAsksForAsItWasSaid() {
        ModelRecipe asks = of(Map.of("m.gguf", WEIGHTS), Optional.empty());
        ModelRecipe.Config none = ModelRecipe.Config.NONE;
        steps(
                        new ModelRecipe(
                                asks.name(),
                                asks.from(),
                                asks.files(),
                                asks.adapters(),
                                asks.texts(),
                                asks.parameters(),
                                asks.messages(),
                                asks.quantize(),
                                new ModelRecipe.Config(
                                        "", "", "v0.14", none.capabilities(), "", "", "", "", 0, 0),
                                asks.continuation()))
                .blockLast();
        steps(dressed("made", Optional.of("two"), Texts.NONE)).blockLast();

        assertThat(store.list())
                .hasSize(2)
                .allSatisfy(model -> assertThat(model.parts().requires()).isEqualTo("v0.14"));
    }

    private BlobDigest put(byte[] bytes) throws IOException {
        return BlobDigest.parse(files.blob(bytes)).orElseThrow();
    }

    private static ModelRecipe of(Map<String, BlobDigest> files, Optional<String> quantize) {
        return new ModelRecipe(
                name("two"),
                Optional.empty(),
                new TreeMap<>(files),
                new TreeMap<>(),
                Texts.NONE,
                Map.of(),
                Optional.empty(),
                quantize,
                ModelRecipe.Config.NONE,
                Continuation.FLUENT);
    }

    private ModelRecipe quantized(String type) {
        return new ModelRecipe(
                name("small"),
                Optional.empty(),
                new TreeMap<>(Map.of("m.gguf", WEIGHTS)),
                new TreeMap<>(),
                Texts.NONE,
                Map.of(),
                Optional.empty(),
                Optional.of(type),
                ModelRecipe.Config.NONE,
                Continuation.FLUENT);
    }

    @Test
    void takesInWhatTheQuantizerWrote() throws IOException {
        byte[] smaller = StoreFiles.gguf(8);
        quantizer =
                (_, target, _) -> Flux.just(0.5, 1.0).doOnComplete(() -> write(target, smaller));

        List<Progress> steps =
                store.maker(quantizer)
                        .make(quantized("q8_0"))
                        .collectList()
                        .blockOptional()
                        .orElseThrow();

        BlobDigest made = new BlobDigest(StoreFiles.sha256(smaller));
        assertThat(steps)
                .extracting(Progress::status)
                .containsExactly(
                        "parsing GGUF",
                        "quantizing F16 model to Q8_0",
                        "quantizing F16 model to Q8_0",
                        "verifying conversion",
                        "creating new layer " + made,
                        "writing manifest",
                        "success");
        assertThat(steps.get(1).layer())
                .contains(new Progress.Layer("0000000000000000000", GGUF.length, GGUF.length / 2));
        assertThat(manifest("small").layers().getFirst().blob()).isEqualTo(made);
        assertThat(leftovers()).isEmpty();
    }

    private static void write(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Test
    void leavesNothingOfAQuantizationThatFailsOrIsGivenUp() throws IOException {
        quantizer = (_, _, _) -> Flux.error(new IllegalStateException("exit code 1"));
        StepVerifier.create(steps(quantized("Q8_0")))
                .expectNext("parsing GGUF")
                .expectErrorMessage("exit code 1")
                .verify();

        quantizer = (_, _, _) -> Flux.concat(Flux.just(0.5), Flux.never());
        StepVerifier.create(steps(quantized("Q8_0"))).expectNextCount(2).thenCancel().verify();

        Awaitility.await().untilAsserted(() -> assertThat(leftovers()).isEmpty());
        assertThat(store.list()).isEmpty();
    }

    @Test
    void quantizesNothingThatHasTheTypeAndToNoUnknownOne() {
        assertThat(steps(quantized("f16")).collectList().block())
                .startsWith("parsing GGUF", "using existing layer " + WEIGHTS);
        StepVerifier.create(steps(quantized("q3_x")).last())
                .expectErrorMessage(
                        "unsupported quantization type Q3_X - supported types are F32, F16, Q4_K_S, Q4_K_M, Q8_0")
                .verify();
    }

    private Manifest manifest(String name) throws IOException {
        return Manifest.parse(
                Files.readAllBytes(
                        root.resolve("manifests/registry.ollama.ai/library/" + name + "/latest")));
    }

    private String text(Manifest.Layer layer) {
        try {
            return Files.readString(root.resolve("blobs/sha256-" + layer.blob().hex()));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private FileView view(StoredModel model, boolean verbose) {
        return store.viewer().view(model, verbose).blockOptional().orElseThrow();
    }

    private Flux<String> make(String name, Continuation continuation) {
        return steps(ModelRecipe.ofFile(name(name), "m.gguf", WEIGHTS, continuation));
    }

    private Flux<String> steps(ModelRecipe recipe) {
        return store.maker(quantizer).make(recipe).map(Progress::status);
    }

    private static ModelRef name(String name) {
        return ModelRef.parse(name).orElseThrow();
    }

    private List<String> leftovers() throws IOException {
        return allFiles().stream().filter(file -> file.contains("upload-")).toList();
    }

    private List<String> allFiles() throws IOException {
        try (Stream<Path> found = Files.walk(root)) {
            return found.filter(Files::isRegularFile).map(Path::toString).sorted().toList();
        }
    }
}
