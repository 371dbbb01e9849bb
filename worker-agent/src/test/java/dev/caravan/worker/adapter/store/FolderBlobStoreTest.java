package dev.caravan.worker.adapter.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.worker.app.store.BlobDigest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class FolderBlobStoreTest {

    private static final byte[] BYTES = "some weights".getBytes(UTF_8);
    private static final BlobDigest DIGEST = digest(BYTES);

    @TempDir Path root;
    private Scheduler disk;
    private Uploads uploads;
    private FolderBlobStore store;

    @BeforeEach
    void openStore() throws IOException {
        StoreFolders folders = new StoreFolders(root);
        Files.createDirectories(folders.blobs());
        disk = Schedulers.newBoundedElastic(4, 100, "test-store", 60, true);
        uploads = new Uploads(folders);
        store = new FolderBlobStore(folders, uploads, disk);
    }

    @AfterEach
    void closeStore() {
        disk.dispose();
    }

    @Test
    void keepsANewBlobUnderItsDigest() throws IOException {
        Boolean created = store.put(DIGEST, pieces(BYTES)).block();

        assertThat(created).isTrue();
        assertThat(files()).containsExactly("sha256-" + DIGEST.hex());
        assertThat(root.resolve("blobs/sha256-" + DIGEST.hex())).hasBinaryContent(BYTES);
        assertThat(store.holds(DIGEST).block()).isTrue();
    }

    @Test
    void readsAndDropsABlobThatIsThere() {
        store.put(DIGEST, pieces(BYTES)).block();
        AtomicLong read = new AtomicLong();

        Boolean created =
                store.put(DIGEST, pieces(BYTES).doOnNext(piece -> read.incrementAndGet())).block();

        assertThat(created).isFalse();
        assertThat(read).hasPositiveValue();
    }

    @Test
    void refusesBytesOfAnotherDigestAndLeavesNothing() throws IOException {
        byte[] other = "other".getBytes(UTF_8);

        StepVerifier.create(store.put(DIGEST, pieces(other)))
                .expectErrorSatisfies(
                        error ->
                                assertThat(error)
                                        .isInstanceOfSatisfying(
                                                CaravanException.class,
                                                fault ->
                                                        assertThat(fault.code())
                                                                .isEqualTo(
                                                                        FaultCode.INVALID_REQUEST))
                                        .hasMessage(
                                                "digest mismatch, expected \"%s\", got \"%s\""
                                                        .formatted(DIGEST, digest(other))))
                .verify();

        assertThat(files()).isEmpty();
    }

    @Test
    void takesAnEmptyBlob() {
        BlobDigest empty = digest(new byte[0]);

        assertThat(store.put(empty, Flux.empty()).block()).isTrue();
        assertThat(store.holds(empty).block()).isTrue();
    }

    @Test
    void leavesNothingWhenTheClientGoesAway() {
        Sinks.Many<ByteBuffer> client = Sinks.many().unicast().onBackpressureBuffer();
        Disposable upload = store.put(DIGEST, client.asFlux()).subscribe();
        client.tryEmitNext(ByteBuffer.wrap(BYTES));
        await().until(() -> files().size() == 1);

        upload.dispose();

        await().untilAsserted(() -> assertThat(files()).isEmpty());
    }

    @Test
    void leavesNothingWhenTheConnectionBreaks() throws IOException {
        Flux<ByteBuffer> broken =
                pieces(BYTES).concatWith(Mono.error(new IOException("connection reset")));

        StepVerifier.create(store.put(DIGEST, broken)).expectError(IOException.class).verify();

        assertThat(files()).isEmpty();
    }

    @Test
    void asksForNoMoreBuffersThanTheDiskHasTaken() {
        AtomicLong largest = new AtomicLong();
        Flux<ByteBuffer> bytes =
                Flux.range(0, 10_000)
                        .map(_ -> ByteBuffer.wrap(BYTES))
                        .doOnRequest(count -> largest.accumulateAndGet(count, Math::max));

        StepVerifier.create(store.put(DIGEST, bytes)).expectError().verify();

        assertThat(largest.get()).isBetween(1L, 8L);
    }

    @Test
    void takesTheSameBlobFromManyAtOnce() throws IOException {
        List<Mono<Boolean>> clients = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            clients.add(store.put(DIGEST, pieces(BYTES)));
        }

        List<Boolean> created = Flux.merge(clients).collectList().block();

        assertThat(created).hasSize(16).contains(true);
        assertThat(files()).containsExactly("sha256-" + DIGEST.hex());
        assertThat(root.resolve("blobs/sha256-" + DIGEST.hex())).hasBinaryContent(BYTES);
    }

    @Test
    void opensUploadsWhileOthersAreGivenUp() {
        List<Mono<Boolean>> clients = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            clients.add(
                    store.put(DIGEST, Flux.just(ByteBuffer.wrap(new byte[10])))
                            .onErrorResume(CaravanException.class, _ -> Mono.just(Boolean.FALSE)));
        }

        List<Boolean> refused = Flux.merge(clients).collectList().block();

        assertThat(refused).hasSize(400).containsOnly(false);
    }

    @Test
    void removesTheUploadsOfAnEndedProcessButNotRunningOnes() throws IOException {
        Path stale = Files.write(root.resolve("blobs/upload-of-a-crash"), BYTES);
        Path foreign = Files.write(root.resolve("blobs/sha256-ab-partial-0"), BYTES);
        Upload running = uploads.begin();
        running.append(ByteBuffer.wrap(BYTES));

        uploads.removeStale();

        assertThat(stale).doesNotExist();
        assertThat(foreign).exists();
        assertThat(files()).hasSize(2);
        running.discard();
        assertThat(files()).hasSize(1);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("blobs"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static Flux<ByteBuffer> pieces(byte[] bytes) {
        return Flux.range(0, bytes.length).map(i -> ByteBuffer.wrap(bytes, i, 1));
    }

    private static BlobDigest digest(byte[] bytes) {
        return new BlobDigest(HexFormat.of().formatHex(Upload.sha256().digest(bytes)));
    }
}
