package dev.caravan.worker.app.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.model.ModelRef;
import dev.caravan.testkit.RegistryFaults;
import dev.caravan.testkit.TestRegistry;
import dev.caravan.worker.adapter.oci.OciRegistries;
import dev.caravan.worker.adapter.oci.RegistryProperties;
import dev.caravan.worker.adapter.oci.SigningKeyFile;
import dev.caravan.worker.adapter.store.FolderModelStore;
import dev.caravan.worker.adapter.store.PartPlan;
import dev.caravan.worker.adapter.store.StoreFiles;
import dev.caravan.worker.app.store.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model out of the real store into a registry over HTTP, and back into another store. */
class PushTest {

    private static final byte[] GGUF = StoreFiles.gguf(1);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir private Path root;
    @TempDir private Path other;
    @TempDir private Path keys;
    private TestRegistry source;
    private TestRegistry target;
    private FolderModelStore store;
    private OciRegistries registries;
    private String weights;

    @BeforeEach
    void start() throws IOException {
        source = TestRegistry.start();
        target = TestRegistry.start();
        weights = source.model("library/m:latest", GGUF, Map.of("system", "Be brief."));
        store = new FolderModelStore(root, Duration.ofHours(1));
        store.start();
        registries =
                new OciRegistries(
                        new RegistryProperties(List.of(), Duration.ofSeconds(30), null, null),
                        new SigningKeyFile(keys.resolve("id_ed25519")),
                        "test",
                        InstantSource.system());
        pull(store, new ModelRef(source.host(), "library", "m", "latest"));
        Path manifest = root.resolve("manifests/%s/library/m".formatted(source.host()));
        Path renamed = root.resolve("manifests/%s/me/m".formatted(target.host()));
        Files.createDirectories(renamed.getParent());
        Files.move(manifest, renamed);
        store.close();
        store = new FolderModelStore(root, Duration.ofHours(1));
        store.start();
    }

    @AfterEach
    void stop() {
        source.close();
        target.close();
        store.close();
    }

    @Test
    void aModelThatWasPushedIsTheSameWhenItIsPulled() {
        List<Progress> steps = push();

        assertThat(steps.stream().map(Progress::status).distinct())
                .startsWith("retrieving manifest", "pushing " + weights.substring(7, 19))
                .endsWith("pushing manifest", "success");
        assertThat(target.manifest("me/m:latest"))
                .hasValueSatisfying(
                        bytes ->
                                assertThat(bytes)
                                        .isEqualTo(
                                                source.manifest("library/m:latest").orElseThrow()));
        FolderModelStore second = new FolderModelStore(other, Duration.ofHours(1));
        second.start();
        pull(second, name());
        assertThat(other.resolve("blobs/" + weights.replace(':', '-'))).hasBinaryContent(GGUF);
        second.close();
    }

    @Test
    void sendsNoBlobThatIsThere() {
        target.blob(GGUF);

        push();

        assertThat(target.seen()).filteredOn(call -> call.startsWith("PATCH")).hasSize(2);
    }

    @Test
    void showsItsKeyToARegistryThatWantsAToken() {
        target.requireTokens();

        assertThat(push()).extracting(Progress::status).endsWith("success");
    }

    @Test
    void saysThatItMayNotPush() {
        target.requireTokens().refuseAll();

        assertThatThrownBy(this::push).hasMessage("unauthorized: access denied");
        assertThat(target.manifest("me/m:latest")).isEmpty();
    }

    @Test
    void sendsAPartAgainThatFailed() {
        target.fault(
                exchange ->
                        exchange.getRequestMethod().equals("PATCH") && failOnce.answer(exchange));

        assertThat(push()).extracting(Progress::status).endsWith("success");
        assertThat(target.blob(weights)).contains(GGUF);
    }

    private final TestRegistry.Fault failOnce = RegistryFaults.status("", 503, "busy", 1);

    @Test
    void sendsNothingOfAModelThatIsNotHere() {
        assertThatThrownBy(() -> push(new ModelRef(target.host(), "me", "who", "latest")))
                .hasMessageEndingWith("who:latest' not found");
        assertThat(target.seen()).isEmpty();
    }

    private ModelRef name() {
        return new ModelRef(target.host(), "me", "m", "latest");
    }

    private List<Progress> push() {
        return push(name());
    }

    private List<Progress> push(ModelRef name) {
        return new Pushes(store.files(), registries)
                .push(name, true)
                .collectList()
                .blockOptional(PATIENCE)
                .orElseThrow();
    }

    private void pull(FolderModelStore into, ModelRef name) {
        FolderModelStore.Arrivals arrivals = into.arrivals(PartPlan.OLLAMA);
        new Transfers(
                        into,
                        new ModelSources(
                                registries,
                                (_, _) -> {
                                    throw new AssertionError("no peers here");
                                }),
                        arrivals.intake(),
                        arrivals.partials(),
                        TransferLimits.DEFAULT)
                .pull(name, true)
                .blockLast(PATIENCE);
    }
}
