package dev.caravan.worker.app.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.caravan.core.model.ModelRef;
import dev.caravan.testkit.TestRegistry;
import dev.caravan.worker.adapter.oci.OciRegistries;
import dev.caravan.worker.adapter.oci.RegistryProperties;
import dev.caravan.worker.adapter.oci.SigningKeyFile;
import dev.caravan.worker.adapter.store.FolderModelStore;
import dev.caravan.worker.adapter.store.PartPlan;
import dev.caravan.worker.adapter.store.StoreFiles;
import dev.caravan.worker.app.store.Progress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real file system of 16 MB; skipped where this user may mount none. */
class FullDiskTest {

    private static final byte[] GGUF = StoreFiles.gguf(1);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir private Path folder;
    private Path disk;
    private TestRegistry registry;
    private FolderModelStore store;
    private Transfers transfers;
    private String weights;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(folder.resolve("disk"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk.toString()),
                "a tmpfs cannot be mounted here (expected: root with CAP_SYS_ADMIN)");
        registry = TestRegistry.start();
        weights = registry.model("library/m:latest", GGUF, Map.of());
        store = new FolderModelStore(disk.resolve("models"), Duration.ofHours(1));
        store.start();
        FolderModelStore.Arrivals arrivals = store.arrivals(PartPlan.OLLAMA);
        transfers =
                new Transfers(
                        store,
                        new ModelSources(
                                new OciRegistries(
                                        new RegistryProperties(
                                                List.of(), Duration.ofSeconds(30), null, null),
                                        new SigningKeyFile(folder.resolve("key")),
                                        "test",
                                        InstantSource.system()),
                                (_, _) -> {
                                    throw new AssertionError("no peers here");
                                }),
                        arrivals.intake(),
                        arrivals.partials(),
                        TransferLimits.DEFAULT);
    }

    @AfterEach
    void unmount() throws Exception {
        if (store != null) {
            registry.close();
            store.close();
            run("umount", "-l", disk.toString());
        }
    }

    @Test
    void refusesAModelForWhichThereIsNoRoom() throws IOException {
        fill();

        assertThatThrownBy(() -> pull().join())
                .hasMessageContaining("no room on the disk for ")
                .hasMessageContaining("are free in " + disk.resolve("models"));

        assertThat(blobs()).isEmpty();
        assertThat(registry.served(weights)).isZero();
    }

    @Test
    void leavesNothingBehindWhereTheDiskFillsUpMeanwhileAndWorksWhenThereIsRoomAgain()
            throws IOException {
        registry.slow(200_000);
        CompletableFuture<List<Progress>> pull = pull();
        await().atMost(PATIENCE).until(() -> registry.served(weights) > 50_000);

        Path filler = fill();

        assertThatThrownBy(pull::join)
                .hasMessageContaining("cannot write ")
                .hasMessageContaining("No space left on device");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(blobs()).isEmpty());
        Files.delete(filler);
        registry.slow(Long.MAX_VALUE);
        assertThat(pull().join()).extracting(Progress::status).endsWith("success");
    }

    private Path fill() throws IOException {
        Path filler = disk.resolve("filler");
        try (OutputStream out = Files.newOutputStream(filler)) {
            byte[] block = new byte[4096];
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
        return filler;
    }

    private List<Path> blobs() throws IOException {
        try (Stream<Path> files = Files.list(disk.resolve("models/blobs"))) {
            return files.toList();
        }
    }

    private CompletableFuture<List<Progress>> pull() {
        ModelRef name = new ModelRef(registry.host(), "library", "m", "latest");
        return CompletableFuture.supplyAsync(
                () ->
                        transfers
                                .pull(name, true)
                                .collectList()
                                .blockOptional(PATIENCE)
                                .orElseThrow());
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }
}
