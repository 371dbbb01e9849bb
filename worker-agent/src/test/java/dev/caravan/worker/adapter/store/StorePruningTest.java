package dev.caravan.worker.adapter.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorePruningTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Instant OLD = NOW.minusSeconds(3_601);

    @TempDir Path root;

    private Path config;
    private Path weights;
    private Path lost;

    @BeforeEach
    void aModelAndABlobThatNoModelHas() throws Exception {
        config = blob("sha256-" + "a".repeat(64), OLD);
        weights = blob("sha256-" + "b".repeat(64), OLD);
        lost = blob("sha256-" + "c".repeat(64), OLD);
        manifest(
                "{\"schemaVersion\":2,\"mediaType\":\"m\",\"config\":{\"mediaType\":\"c\",\"digest\":\"sha256:%s\",\"size\":1},\"layers\":[{\"mediaType\":\"l\",\"digest\":\"sha256:%s\",\"size\":1}]}"
                        .formatted("a".repeat(64), "b".repeat(64)));
    }

    @Test
    void removesWhatNoManifestNames() {
        prune();

        assertThat(config).exists();
        assertThat(weights).exists();
        assertThat(lost).doesNotExist();
    }

    @Test
    void leavesWhatMayGetItsManifestSoonAndWhatIsNoWholeBlob() throws Exception {
        Path young = blob("sha256-" + "d".repeat(64), NOW.minusSeconds(60));
        Path partial = blob("sha256-" + "e".repeat(64) + "-partial", OLD);
        Path other = blob("notes.txt", OLD);

        prune();

        assertThat(young).exists();
        assertThat(partial).exists();
        assertThat(other).exists();
    }

    @Test
    void removesNothingWhereAManifestCannotBeRead() throws Exception {
        manifest("{\"schemaVersion\":2");

        prune();

        assertThat(lost).exists();
    }

    @Test
    void doesNothingWhereThereIsNoStore() {
        new StorePruning(root.resolve("nowhere"), InstantSource.fixed(NOW)).run();

        assertThat(root.resolve("nowhere")).doesNotExist();
    }

    private void prune() {
        new StorePruning(root, InstantSource.fixed(NOW)).run();
    }

    private Path blob(String name, Instant modified) throws Exception {
        Path file = root.resolve("blobs").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "x");
        return Files.setLastModifiedTime(file, FileTime.from(modified));
    }

    private void manifest(String json) throws Exception {
        Path file = root.resolve("manifests/registry.ollama.ai/library/m/latest");
        Files.createDirectories(file.getParent());
        Files.writeString(file, json);
    }
}
