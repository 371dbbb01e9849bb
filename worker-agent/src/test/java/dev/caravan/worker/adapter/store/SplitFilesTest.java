package dev.caravan.worker.adapter.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelRef;
import dev.caravan.gguf.fixture.FixtureWriter;
import dev.caravan.gguf.fixture.RandomModel;
import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.store.ModelRecipe;
import dev.caravan.worker.app.store.Progress;
import dev.caravan.worker.app.store.Quantizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** A model whose weights come in several files; what joins them is a stand-in here. */
class SplitFilesTest {

    private static final String FIRST = "m-00001-of-00003.gguf";
    private static final String SECOND = "m-00002-of-00003.gguf";
    private static final String THIRD = "m-00003-of-00003.gguf";

    @TempDir private Path root;
    @TempDir private Path folder;

    private FolderModelStore store;
    private final Map<String, BlobDigest> parts = new TreeMap<>();
    private final List<Path> sources = new ArrayList<>();
    private final byte[] joined = StoreFiles.gguf(8);

    /** Keeps the names that it is given, and which of their neighbours it finds. */
    private final Quantizer quantizer =
            (source, target, type) ->
                    Flux.defer(
                            () -> {
                                try (Stream<Path> beside =
                                        Files.list(source.resolveSibling(".").normalize())) {
                                    sources.addAll(beside.sorted().toList());
                                    assertThat(sources).allMatch(Files::isRegularFile);
                                    assertThat(source).isEqualTo(sources.getFirst());
                                    Files.write(target, joined);
                                } catch (IOException failed) {
                                    throw new UncheckedIOException(failed);
                                }
                                return Flux.just(1.0);
                            });

    @BeforeEach
    void start() throws IOException {
        store = new FolderModelStore(root, Duration.ofHours(1));
        store.start();
        for (Path file : new FixtureWriter().writeParts(RandomModel.named("m"), folder, "m", 3)) {
            parts.put(file.getFileName().toString(), put(Files.readAllBytes(file)));
        }
    }

    @AfterEach
    void stop() {
        store.close();
    }

    private BlobDigest put(byte[] bytes) {
        BlobDigest digest = new BlobDigest(StoreFiles.sha256(bytes));
        store.blobs().put(digest, Flux.just(ByteBuffer.wrap(bytes))).block();
        return digest;
    }

    private Flux<String> steps(Map<String, BlobDigest> files, Optional<String> quantize) {
        return store.maker(quantizer)
                .make(
                        new ModelRecipe(
                                ModelRef.parse("whole").orElseThrow(),
                                Optional.empty(),
                                new TreeMap<>(files),
                                new TreeMap<>(),
                                ModelRecipe.Texts.NONE,
                                Map.of(),
                                Optional.empty(),
                                quantize,
                                ModelRecipe.Config.NONE,
                                Continuation.FLUENT))
                .map(Progress::status);
    }

    @Test
    void areJoinedIntoOneLayerUnderTheNamesByWhichTheEngineFindsThem() {
        Map<String, BlobDigest> files = new TreeMap<>();
        parts.forEach((name, blob) -> files.put("folder/" + name, blob));

        List<String> steps =
                steps(files, Optional.empty()).collectList().blockOptional().orElseThrow();

        assertThat(steps)
                .containsExactly(
                        "parsing GGUF",
                        "parsing GGUF",
                        "parsing GGUF",
                        "validating GGUF model",
                        "verifying conversion",
                        "creating new layer sha256:" + StoreFiles.sha256(joined),
                        "writing manifest",
                        "success");
        assertThat(sources)
                .extracting(file -> file.getFileName().toString())
                .containsExactly(FIRST, SECOND, THIRD);
        assertThat(sources).noneMatch(Files::exists);
        assertThat(store.list().getFirst().fault()).isEmpty();
        assertThat(store.list().getFirst().weights())
                .hasValueSatisfying(file -> assertThat(file).hasBinaryContent(joined));
    }

    @Test
    void areQuantizedAsTheyAreJoined() {
        assertThat(steps(parts, Optional.of("q8_0")).collectList().blockOptional().orElseThrow())
                .contains("quantizing F16 model to Q8_0")
                .doesNotContain("validating GGUF model")
                .endsWith("success");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "m-00001-of-00003.gguf=1,m-00003-of-00003.gguf=3|split GGUF \"m-00001-of-00003.gguf\" has 2 shards, expected 3",
                "m-00002-of-00003.gguf=2|split GGUF \"m-00002-of-00003.gguf\" has 1 shards, expected 3",
                "a.gguf=1,m-00002-of-00003.gguf=2,m-00003-of-00003.gguf=3|split GGUF \"a.gguf\" must use llama.cpp split filename pattern",
                "m-00001-of-00002.gguf=1,m-00002-of-00002.gguf=2|split GGUF \"m-00001-of-00002.gguf\" filename count 2 does not match metadata count 3",
                "m-00001-of-00003.gguf=2|split GGUF \"m-00001-of-00003.gguf\" filename index 0 does not match metadata index 1",
                "a/m-00001-of-00003.gguf=1,b/m-00001-of-00003.gguf=1|split GGUF has duplicate shard index 0"
            })
    void aSetThatIsNotWholeIsRefusedByName(String files, String refusal) {
        Map<String, BlobDigest> came = new TreeMap<>();
        for (String file : files.split(",")) {
            String[] named = file.split("=");
            came.put(named[0], parts.get("m-0000%s-of-00003.gguf".formatted(named[1])));
        }

        StepVerifier.create(steps(came, Optional.empty())).expectErrorMessage(refusal).verify();

        assertThat(store.list()).isEmpty();
    }

    @Test
    void areWhatCountsBesideAWholeModel() {
        Map<String, BlobDigest> mixed = new TreeMap<>(parts);
        BlobDigest other = put(StoreFiles.gguf(2));
        mixed.put("other.gguf", other);

        List<String> steps =
                steps(mixed, Optional.empty()).collectList().blockOptional().orElseThrow();

        assertThat(steps)
                .containsSubsequence(
                        "validating GGUF model",
                        "using existing layer " + other,
                        "creating new layer sha256:" + StoreFiles.sha256(joined),
                        "success");
        assertThat(store.list().getFirst().weights())
                .hasValueSatisfying(file -> assertThat(file).hasBinaryContent(joined));
    }

    @Test
    void areNotMixedWithPartsOfAnother() {
        Map<String, BlobDigest> two = new TreeMap<>(parts);
        two.put("n-00001-of-00003.gguf", parts.get(FIRST));
        StepVerifier.create(steps(two, Optional.empty()))
                .expectErrorMatches(
                        refused ->
                                String.valueOf(refused.getMessage())
                                        .startsWith("files: parts of 2 models"))
                .verify();
    }
}
