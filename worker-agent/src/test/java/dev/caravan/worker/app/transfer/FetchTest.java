package dev.caravan.worker.app.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRef;
import dev.caravan.worker.adapter.peer.HttpPeers;
import dev.caravan.worker.adapter.store.FolderModelStore;
import dev.caravan.worker.adapter.store.PartPlan;
import dev.caravan.worker.adapter.store.StoreFiles;
import dev.caravan.worker.api.store.TransferRoutes;
import dev.caravan.worker.app.store.BlobDigest;
import dev.caravan.worker.app.store.ModelRecipe;
import dev.caravan.worker.app.store.Progress;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.server.RouterFunctions;
import reactor.core.publisher.Flux;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** A model from one agent's store to another's, over the real routes. */
class FetchTest {

    private static final byte[] GGUF = StoreFiles.gguf(1);
    private static final ModelRef NAME = ModelRef.parse("m").orElseThrow();
    private static final URI NOBODY = URI.create("http://127.0.0.1:1");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir private Path here;
    @TempDir private Path there;
    private FolderModelStore holder;
    private FolderModelStore store;
    private DisposableServer server;
    private Transfers transfers;

    @BeforeEach
    void start() {
        holder = opened(there);
        store = opened(here);
        BlobDigest blob = new BlobDigest(StoreFiles.sha256(GGUF));
        holder.blobs().put(blob, Flux.just(ByteBuffer.wrap(GGUF))).block(PATIENCE);
        holder.maker((_, _, _) -> Flux.empty())
                .make(ModelRecipe.ofFile(NAME, "m.gguf", blob, Continuation.FLUENT))
                .blockLast(PATIENCE);
        transfers = transfers(store);
        TransferRoutes routes =
                new TransferRoutes(
                        holder.files(),
                        holder.names(),
                        transfers(holder),
                        new Pushes(
                                holder.files(),
                                (_, _) -> {
                                    throw new AssertionError("no registry here");
                                }));
        server =
                HttpServer.create()
                        .host("127.0.0.1")
                        .port(0)
                        .handle(
                                new ReactorHttpHandlerAdapter(
                                        RouterFunctions.toHttpHandler(routes.routes())))
                        .bindNow();
    }

    private static FolderModelStore opened(Path root) {
        FolderModelStore store = new FolderModelStore(root, Duration.ofHours(1));
        store.start();
        return store;
    }

    /** Parts of 64 KiB, so that the model comes in several ranges. */
    private static Transfers transfers(FolderModelStore store) {
        FolderModelStore.Arrivals arrivals = store.arrivals(new PartPlan(64 << 10, 1 << 20));
        return new Transfers(
                store,
                new ModelSources(
                        (_, _) -> {
                            throw new AssertionError("no registry here");
                        },
                        new HttpPeers(WebClient.create())),
                arrivals.intake(),
                arrivals.partials(),
                new TransferLimits(Duration.ofSeconds(20), 2, Duration.ofMillis(20), 4));
    }

    @AfterEach
    void stop() {
        server.disposeNow();
        store.close();
        holder.close();
    }

    @Test
    void takesAModelOverByteForByte() {
        List<Progress> steps = fetch(digest(), holder());

        assertThat(steps).extracting(Progress::status).endsWith("success");
        assertThat(store.find(NAME).orElseThrow())
                .satisfies(model -> assertThat(model.fault()).isEmpty())
                .satisfies(model -> assertThat(model.digest()).isEqualTo(digest()))
                .satisfies(
                        model -> assertThat(model.weights().orElseThrow()).hasBinaryContent(GGUF));
    }

    @Test
    void asksAnotherHolderWhereOneIsAway() {
        assertThat(fetch(digest(), NOBODY, holder()))
                .extracting(Progress::status)
                .endsWith("success");
    }

    @Test
    void saysWhichHolderIsAway() {
        assertThatThrownBy(() -> fetch(digest(), NOBODY))
                .hasMessageStartingWith("worker-agent at http://127.0.0.1:1: ");
    }

    @Test
    void refusesBytesOfAnotherDigest() throws IOException {
        byte[] wrong = GGUF.clone();
        wrong[wrong.length - 1] ^= 1;
        Files.write(there.resolve("blobs/sha256-" + StoreFiles.sha256(GGUF)), wrong);

        assertThatThrownBy(() -> fetch(digest(), holder()))
                .hasMessageStartingWith("digest mismatch");

        assertThat(store.list()).isEmpty();
        assertThat(here.resolve("blobs/sha256-" + StoreFiles.sha256(GGUF))).doesNotExist();
    }

    @Test
    void saysThatAHolderHasNoModelOfThatDigest() {
        assertThatThrownBy(() -> fetch(new ModelDigest("0".repeat(64)), holder()))
                .hasMessageContaining("/internal/v1/manifests/" + "0".repeat(64))
                .hasMessageContaining("404");
    }

    private URI holder() {
        return URI.create("http://127.0.0.1:" + server.port());
    }

    private ModelDigest digest() {
        return holder.find(NAME).orElseThrow().digest();
    }

    private List<Progress> fetch(ModelDigest digest, URI... holders) {
        return transfers
                .fetch(NAME, digest, List.of(holders))
                .collectList()
                .blockOptional(PATIENCE)
                .orElseThrow();
    }
}
