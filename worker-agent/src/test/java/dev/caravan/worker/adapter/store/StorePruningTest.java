package dev.caravan.worker.adapter.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StorePruningTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Instant OLD = NOW.minusSeconds(3_601);

    private static final Duration WEEK = Duration.ofDays(7);

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
    void leavesWhatIsNoWholeBlob() throws Exception {
        Path partial = blob("sha256-" + "e".repeat(64) + "-partial", OLD);
        Path other = blob("notes.txt", OLD);

        prune();

        assertThat(lost).doesNotExist();
        assertThat(partial).exists();
        assertThat(other).exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-partial", "-partial-3"})
    void leavesAllAsLongAsAnotherProcessTakesAModelIn(String ending) throws Exception {
        Path young = blob("sha256-" + "d".repeat(64) + ending, NOW.minusSeconds(60));

        prune();

        assertThat(young).exists();
        assertThat(lost).exists();
    }

    @Test
    void aYoungBlobOfAModelKeepsNothingElse() throws Exception {
        Files.setLastModifiedTime(weights, FileTime.from(NOW));

        prune();

        assertThat(lost).doesNotExist();
    }

    @Test
    void leavesAllAsLongAsAQuantizationIsWritten() throws Exception {
        blob("upload-1234", NOW.minusSeconds(60));

        prune();

        assertThat(lost).exists();
    }

    @Test
    void removesADownloadThatNobodyWentOnWithForAWeek() throws Exception {
        String gone = "sha256-" + "1".repeat(64) + "-partial";
        String alive = "sha256-" + "2".repeat(64) + "-partial";
        Instant old = NOW.minus(WEEK).minusSeconds(1);
        List<Path> left = List.of(blob(gone, old), blob(gone + "-0", old), blob(gone + "-1", old));
        List<Path> kept =
                List.of(blob(alive, old), blob(alive + "-0", old), blob(alive + "-1", OLD));

        prune();

        assertThat(left).noneMatch(Files::exists);
        assertThat(kept).allMatch(Files::exists);
    }

    @Test
    void removesNothingWhereAManifestCannotBeRead() throws Exception {
        manifest("{\"schemaVersion\":2");

        prune();

        assertThat(lost).exists();
    }

    @Test
    void doesNothingWhereThereIsNoStore() {
        new StorePruning(root.resolve("nowhere"), InstantSource.fixed(NOW), WEEK).run();

        assertThat(root.resolve("nowhere")).doesNotExist();
    }

    private void prune() {
        new StorePruning(root, InstantSource.fixed(NOW), WEEK).run();
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
