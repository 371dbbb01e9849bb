package dev.caravan.worker.app.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.caravan.core.model.ModelRef;
import dev.caravan.testkit.RegistryFaults;
import dev.caravan.testkit.RegistryTokens;
import dev.caravan.testkit.TestRegistry;
import dev.caravan.wire.WireJson;
import dev.caravan.worker.adapter.oci.OciRegistries;
import dev.caravan.worker.adapter.oci.RegistryProperties;
import dev.caravan.worker.adapter.oci.SigningKeyFile;
import dev.caravan.worker.adapter.store.FolderModelStore;
import dev.caravan.worker.adapter.store.PartPlan;
import dev.caravan.worker.adapter.store.StoreFiles;
import dev.caravan.worker.app.store.Progress;
import dev.caravan.worker.app.store.StoredModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;

/** The real store and the real protocol, against a registry over HTTP. */
class PullTest {

    private static final byte[] GGUF = StoreFiles.gguf(1);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir private Path root;
    @TempDir private Path keys;
    private TestRegistry registry;
    private FolderModelStore store;
    private Transfers transfers;
    private String weights;

    @BeforeEach
    void start() {
        registry = TestRegistry.start();
        weights = registry.model("library/m:latest", GGUF, Map.of("system", "Be brief."));
        store = new FolderModelStore(root, Duration.ofHours(1));
        store.start();
        transfers = transfers(List.of(), Duration.ofSeconds(20));
    }

    private Transfers transfers(List<String> allowed, Duration stall) {
        return transfers(
                new RegistryProperties(allowed, Duration.ofSeconds(30), null, null), stall);
    }

    private Transfers transfers(RegistryProperties properties, Duration stall) {
        var registries =
                new OciRegistries(
                        properties,
                        new SigningKeyFile(keys.resolve("id_ed25519")),
                        "test",
                        InstantSource.system());
        FolderModelStore.Arrivals arrivals = store.arrivals(new PartPlan(64 << 10, 1 << 20));
        return new Transfers(
                store,
                new ModelSources(
                        registries,
                        (_, _) -> {
                            throw new AssertionError("no peers here");
                        }),
                arrivals.intake(),
                arrivals.partials(),
                new TransferLimits(stall, 2, Duration.ofMillis(20), 4));
    }

    @AfterEach
    void stop() {
        registry.close();
        store.close();
    }

    @Test
    void pullsAModelByteForByteWithOllamasSteps() throws IOException {
        List<Progress> steps = pull("m");

        assertThat(steps.stream().map(Progress::status).distinct())
                .containsExactly(
                        "pulling manifest",
                        "pulling " + shortHex(weights),
                        "pulling " + shortHex(blobOf("Be brief.")),
                        "pulling " + shortHex(blobOf("{\"model_format\":\"gguf\"}")),
                        "verifying sha256 digest",
                        "writing manifest",
                        "success");
        assertThat(steps.stream().flatMap(step -> step.layer().stream()))
                .filteredOn(layer -> layer.digest().toString().equals(weights))
                .allMatch(layer -> layer.total() == GGUF.length)
                .last()
                .matches(layer -> layer.completed() == GGUF.length);
        assertThat(blob(weights)).hasBinaryContent(GGUF);
        assertThat(manifest("m"))
                .hasBinaryContent(registry.manifest("library/m:latest").orElseThrow());
        assertThat(names()).containsExactlyInAnyOrder(whole());
        assertThat(find("m").fault()).isEmpty();
        assertThat(find("m").system()).contains("Be brief.");
    }

    @Test
    void pullsAModelThatIsThereWithoutFetchingItAgain() {
        pull("m");
        long before = registry.served(weights);

        List<Progress> steps = pull("m");

        assertThat(registry.served(weights)).isEqualTo(before);
        assertThat(steps).extracting(Progress::status).endsWith("success");
        assertThat(steps.get(1).layer().orElseThrow().completed()).isEqualTo(GGUF.length);
    }

    @Test
    void showsItsKeyToARegistryThatWantsAToken() {
        RegistryTokens tokens = registry.requireTokens();

        assertThat(pull("m")).extracting(Progress::status).endsWith("success");
        assertThat(tokens.given()).isEqualTo(1);
        assertThat(keys.resolve("id_ed25519.pub")).content().startsWith("ssh-ed25519 AAAA");
    }

    @Test
    void getsAnotherTokenWhenTheFirstIsRefused() {
        RegistryTokens tokens = registry.requireTokens();
        registry.fault(
                exchange -> {
                    if (exchange.getRequestURI().getPath().endsWith(weights)
                            && tokens.given() == 1) {
                        tokens.expire();
                    }
                    return false;
                });

        assertThat(pull("m")).extracting(Progress::status).endsWith("success");
        assertThat(tokens.given()).isEqualTo(2);
    }

    @Test
    void saysThatARegistryLetsItNotIn() {
        registry.requireTokens().refuseAll();

        assertThatThrownBy(() -> pull("m"))
                .hasMessage("pull model manifest: unauthorized: access denied");
        assertThat(names()).isEmpty();
    }

    @Test
    void sendsItsSignatureToNoOtherHost() {
        registry.fault(
                exchange -> {
                    exchange.getResponseHeaders()
                            .set("WWW-Authenticate", "Bearer realm=\"http://localhost:1/t\"");
                    exchange.sendResponseHeaders(401, -1);
                    return true;
                });

        assertThatThrownBy(() -> pull("m"))
                .hasMessageContaining(
                        "realm host \"localhost\" does not match original host \"127.0.0.1\"");
    }

    @Test
    void saysInOllamasWordsThatThereIsNoSuchModel() {
        assertThatThrownBy(() -> pull("other"))
                .hasMessage("pull model manifest: file does not exist");
    }

    @Test
    void saysWhatTheRegistryAnsweredInPlaceOfTheManifest() {
        registry.fault(RegistryFaults.status("/manifests/", 500, "out of order", 1));

        assertThatThrownBy(() -> pull("m")).hasMessage("pull model manifest: 500: out of order");
    }

    @Test
    void asksAgainWhereABlobFailsForAWhile() throws IOException {
        registry.fault(RegistryFaults.status("/store/" + weights, 500, "", 2));

        assertThat(pull("m")).extracting(Progress::status).endsWith("success");
        assertThat(blob(weights)).hasBinaryContent(GGUF);
    }

    @Test
    void givesUpWhereABlobFailsForGood() {
        registry.fault(RegistryFaults.status("/store/" + weights, 500, "sorry", 1000));

        assertThatThrownBy(() -> pull("m")).hasMessage("max retries exceeded: 500: sorry");
        assertThat(manifest("m")).doesNotExist();
        assertThat(store.list()).isEmpty();
    }

    @Test
    void asksAgainForAPartThatStalls() throws IOException {
        transfers = transfers(List.of(), Duration.ofSeconds(1));
        CountDownLatch letGo = new CountDownLatch(1);
        registry.fault(RegistryFaults.stall("/store/" + weights, GGUF, 1000, letGo, 1));

        assertThat(pull("m")).extracting(Progress::status).endsWith("success");

        letGo.countDown();
        assertThat(blob(weights)).hasBinaryContent(GGUF);
    }

    @Test
    void saysThatARegistryStalls() {
        transfers = transfers(List.of(), Duration.ofSeconds(1));
        CountDownLatch letGo = new CountDownLatch(1);
        registry.fault(RegistryFaults.stall("/store/" + weights, GGUF, 0, letGo, 1000));

        assertThatThrownBy(() -> pull("m"))
                .hasMessage(
                        "max retries exceeded: %s: stalled (expected: a byte within PT1S)"
                                .formatted(weights));

        letGo.countDown();
        assertThat(store.list()).isEmpty();
    }

    @Test
    void goesOnFromWhereAConnectionBroke() throws IOException {
        registry.fault(RegistryFaults.cut("/store/" + weights, GGUF, 50_000, 4));

        pull("m");

        assertThat(blob(weights)).hasBinaryContent(GGUF);
        assertThat(registry.served(weights)).isLessThanOrEqualTo(GGUF.length - 4 * 50_000L);
    }

    @Test
    void refusesBytesOfAnotherDigestAndKeepsNothingOfThem() {
        byte[] wrong = GGUF.clone();
        wrong[wrong.length - 1] ^= 1;
        registry.spoil(weights, wrong);

        assertThatThrownBy(() -> pull("m"))
                .hasMessage(
                        "digest mismatch, file must be downloaded again: want %s, got sha256:%s"
                                .formatted(weights, StoreFiles.sha256(wrong)));
        assertThat(names()).noneMatch(name -> name.contains(weights.substring(7)));
        assertThat(manifest("m")).doesNotExist();

        registry.spoil(weights, GGUF);
        assertThat(pull("m")).extracting(Progress::status).endsWith("success");
    }

    @Test
    void refusesABlobOfAnotherSizeThanItsManifestSays() {
        registry.spoil(weights, java.util.Arrays.copyOf(GGUF, GGUF.length + 1));

        assertThatThrownBy(() -> pull("m"))
                .hasMessageContaining("/%d\" (expected: bytes".formatted(GGUF.length + 1));
        assertThat(manifest("m")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 5000})
    void refusesAFileThatIsNoSoundGgufByItsFaultAndLeavesTheStoreAsItWas(int cut) {
        pull("m");
        List<String> before = names();
        registry.model(
                "library/bad:latest", java.util.Arrays.copyOf(GGUF, cut), Map.of("license", "L"));

        assertThatThrownBy(() -> pull("bad")).hasMessageContaining("GGUF");

        assertThat(names()).containsExactlyInAnyOrderElementsOf(before);
        assertThat(manifest("bad")).doesNotExist();
    }

    @Test
    void replacesAModelWhoseManifestHasChanged() throws IOException {
        pull("m");
        byte[] next = StoreFiles.gguf(3);
        String nextWeights =
                registry.model("library/m:latest", next, Map.of("system", "Be brief."));

        List<Progress> steps = pull("m");

        assertThat(steps)
                .extracting(Progress::status)
                .endsWith("writing manifest", "removing unused layers", "success");
        assertThat(blob(nextWeights)).hasBinaryContent(next);
        assertThat(blob(weights)).doesNotExist();
        assertThat(blob(blobOf("Be brief."))).exists();
    }

    @Test
    void keepsTheLayersOfAReplacedModelWherePruningIsOff() {
        store.close();
        store = new FolderModelStore(root, Duration.ofHours(1), false);
        store.start();
        transfers = transfers(List.of(), Duration.ofSeconds(20));
        pull("m");
        registry.model("library/m:latest", StoreFiles.gguf(3), Map.of());

        List<Progress> steps = pull("m");

        assertThat(steps).extracting(Progress::status).endsWith("writing manifest", "success");
        assertThat(steps).extracting(Progress::status).doesNotContain("removing unused layers");
        assertThat(blob(weights)).exists();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[]",
                "{}",
                "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"c\",\"digest\":\"x\",\"size\":1},\"layers\":[]}",
                "{\"config\":{\"mediaType\":\"c\",\"digest\":\"sha256:0000000000000000000000000000000000000000000000000000000000000000\",\"size\":-1},\"layers\":[]}"
            })
    void refusesWhatIsNoManifest(String text) {
        registry.manifest("library/m:latest", text.getBytes(UTF_8));

        assertThatThrownBy(() -> pull("m")).hasMessageStartingWith("manifest: ");
        assertThat(names()).isEmpty();
    }

    @Test
    void refusesAModelThatTheDiskHasNoRoomForBeforeAnyOfIt() {
        registry.manifest(
                "library/m:latest",
                new String(registry.manifest("library/m:latest").orElseThrow(), UTF_8)
                        .replace("\"size\":" + GGUF.length, "\"size\":" + (Long.MAX_VALUE >> 2))
                        .getBytes(UTF_8));

        assertThatThrownBy(() -> pull("m"))
                .hasMessageStartingWith(
                        "no room on the disk for %s/library/m:latest: ".formatted(registry.host()));
        assertThat(names()).isEmpty();
    }

    @Test
    void asksNoRegistryThatTheOperatorDoesNotWant() {
        transfers = transfers(List.of("registry.ollama.ai"), Duration.ofSeconds(20));

        assertThatThrownBy(() -> pull("m"))
                .hasMessageContaining("registry \"%s\" is not allowed".formatted(registry.host()));
        assertThat(registry.seen()).isEmpty();
    }

    @Test
    void takesABlobFromARegistryThatKnowsNoRanges() throws IOException {
        registry.fault(
                exchange -> {
                    if (!exchange.getRequestURI().getPath().endsWith(weights)) {
                        return false;
                    }
                    exchange.sendResponseHeaders(200, GGUF.length);
                    exchange.getResponseBody().write(GGUF);
                    return true;
                });

        pull("m");

        assertThat(blob(weights)).hasBinaryContent(GGUF);
    }

    @Test
    void fetchesABlobOnceForAllThatWaitForIt() {
        registry.slow(2_000_000);

        List<CompletableFuture<List<Progress>>> pulls = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            pulls.add(transfers.pull(name("m"), true).collectList().toFuture());
        }

        assertThat(pulls)
                .allSatisfy(
                        pull ->
                                assertThat(pull.join())
                                        .extracting(Progress::status)
                                        .endsWith("success"));
        assertThat(registry.served(weights)).isEqualTo(GGUF.length);
    }

    @Test
    void stopsWhenTheLastClientLeavesAndGoesOnFromThereWithTheNext() throws IOException {
        registry.slow(200_000);
        List<Progress> first = new CopyOnWriteArrayList<>();
        Disposable one = transfers.pull(name("m"), true).subscribe(first::add);
        Disposable other = transfers.pull(name("m"), true).subscribe();
        await().atMost(PATIENCE).until(() -> registry.served(weights) > 100_000);

        one.dispose();
        long before = registry.served(weights);
        await().atMost(PATIENCE).until(() -> registry.served(weights) > before);
        other.dispose();
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .until(() -> registry.served(weights) == servedAfterAPause());
        registry.slow(Long.MAX_VALUE);
        pull("m");

        assertThat(blob(weights)).hasBinaryContent(GGUF);
        // What was on its way when the clients left is all that comes twice.
        assertThat(registry.served(weights)).isLessThan(GGUF.length * 2L - 50_000);
        assertThat(names()).containsExactlyInAnyOrder(whole());
    }

    private long servedAfterAPause() throws InterruptedException {
        Thread.sleep(300);
        return registry.served(weights);
    }

    @Test
    void goesOnFromWhatAKilledAgentLeft() throws IOException {
        registry.slow(400_000);
        Disposable pull = transfers.pull(name("m"), true).subscribe();
        await().atMost(PATIENCE).until(() -> recorded(root) > 0);
        // Another process sees the folder as the kill leaves it: no part is closed in order.
        Path left = keys.resolve("left");
        copy(root, left);
        long had = recorded(left);
        pull.dispose();
        store.close();
        registry.close();
        root = left;
        start();

        pull("m");

        assertThat(blob(weights)).hasBinaryContent(GGUF);
        assertThat(names()).containsExactlyInAnyOrder(whole());
        assertThat(registry.served(weights)).isEqualTo(GGUF.length - had);
    }

    /** Bytes that the records of parts say are there. */
    private static long recorded(Path store) throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.list(store.resolve("blobs"))) {
            for (Path file :
                    files.filter(found -> found.toString().contains("-partial-")).toList()) {
                bytes +=
                        WireJson.mapper()
                                .readTree(Files.readAllBytes(file))
                                .path("Completed")
                                .asLong();
            }
        }
        return bytes;
    }

    /** Records before the bytes that they count, since both grow meanwhile. */
    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file :
                    files.sorted(
                                    Comparator.comparing(
                                            found -> found.toString().endsWith("-partial")))
                            .toList()) {
                try {
                    Files.copy(file, to.resolve(from.relativize(file).toString()));
                } catch (NoSuchFileException replaced) {
                    // a record on its way to its place
                }
            }
        }
    }

    private List<Progress> pull(String model) {
        return transfers
                .pull(name(model), true)
                .collectList()
                .blockOptional(PATIENCE)
                .orElseThrow();
    }

    private ModelRef name(String model) {
        return new ModelRef(registry.host(), "library", model, "latest");
    }

    private StoredModel find(String model) {
        return store.find(name(model)).orElseThrow();
    }

    private Path blob(String digest) {
        return root.resolve("blobs/" + digest.replace(':', '-'));
    }

    private Path manifest(String model) {
        return root.resolve("manifests/%s/library/%s/latest".formatted(registry.host(), model));
    }

    private String[] whole() {
        return Stream.of(weights, blobOf("Be brief."), blobOf("{\"model_format\":\"gguf\"}"))
                .map(digest -> digest.replace(':', '-'))
                .toArray(String[]::new);
    }

    private List<String> names() {
        try (Stream<Path> files = Files.list(root.resolve("blobs"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }

    private static String blobOf(String text) {
        return "sha256:" + StoreFiles.sha256(text.getBytes(UTF_8));
    }

    private static String shortHex(String digest) {
        return digest.substring("sha256:".length(), "sha256:".length() + 12);
    }
}
