package dev.caravan.gateway.app.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.model.ModelRef;
import dev.caravan.gateway.app.NewestView;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.springframework.core.io.buffer.DataBuffer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

@Isolated("virtual time is that of the whole JVM")
class ModelCreationTest {

    private static final URI AGENT = URI.create("http://agent");
    private static final ModelRef NAME = ModelRef.parse("made").orElseThrow();
    private static final String DIGEST = "cd".repeat(32);
    private static final String OLD_DIGEST = "ef".repeat(32);
    private static final String BLOB_GONE = "sha256:" + OLD_DIGEST;
    private static final NewModel MODEL =
            NewModel.ofFile(NAME, "made.gguf", "sha256:" + DIGEST, Continuation.EXACT);

    private final NewestView views = new NewestView();
    private List<CataloguedModel> catalogued = List.of();

    @Test
    void saysSuccessAtOnceWhereAllSeeTheModel() {
        show(1, DIGEST, Continuation.EXACT);
        catalogued = List.of(catalogued(DIGEST));

        StepVerifier.withVirtualTime(() -> creation().create(MODEL, false).map(Progress::status))
                .expectNext("parsing GGUF", "success")
                .verifyComplete();
    }

    @Test
    void waitsWhileTheNameStillMeansTheOlderFile() {
        show(1, OLD_DIGEST, Continuation.EXACT);
        catalogued = List.of(catalogued(OLD_DIGEST));

        StepVerifier.withVirtualTime(() -> creation().create(MODEL, false).map(Progress::status))
                .expectNext("parsing GGUF")
                .expectNoEvent(Duration.ofSeconds(1))
                .then(() -> show(2, DIGEST, Continuation.EXACT))
                .expectNoEvent(Duration.ofSeconds(1))
                .then(() -> catalogued = List.of(catalogued(DIGEST)))
                .thenAwait(Duration.ofMillis(200))
                .expectNext("success")
                .verifyComplete();
    }

    @Test
    void waitsWhileTheOlderPolicyHolds() {
        show(1, DIGEST, Continuation.FLUENT);
        catalogued = List.of(catalogued(DIGEST));

        StepVerifier.withVirtualTime(() -> creation().create(MODEL, false).map(Progress::status))
                .expectNext("parsing GGUF")
                .expectNoEvent(Duration.ofSeconds(1))
                .then(() -> show(2, DIGEST, Continuation.EXACT))
                .thenAwait(Duration.ofMillis(200))
                .expectNext("success")
                .verifyComplete();
    }

    @Test
    void saysSuccessAfterTenSecondsWhereNobodyTellsOfTheModel() {
        StepVerifier.withVirtualTime(() -> creation().create(MODEL, false).map(Progress::status))
                .expectNext("parsing GGUF")
                .expectNoEvent(Duration.ofMillis(9_900))
                .thenAwait(Duration.ofMillis(200))
                .expectNext("success")
                .verifyComplete();
    }

    @Test
    void asksNobodyToMakeAModelOfAMissingBlob() {
        NewModel missing = NewModel.ofFile(NAME, "f", BLOB_GONE, Continuation.FLUENT);

        StepVerifier.create(creation().create(missing, false))
                .expectErrorSatisfies(
                        error ->
                                assertThat(error)
                                        .hasMessageContaining("POST /api/blobs/" + BLOB_GONE))
                .verify();
    }

    private ModelCreation creation() {
        AgentStores stores = new OneAgent();
        BlobUploads blobs =
                new BlobUploads(
                        stores,
                        new AgentSurvey(stores, Duration.ofSeconds(1)),
                        Duration.ofSeconds(1),
                        InstantSource.system());
        ModelSightings sightings =
                new ModelSightings(() -> Mono.just(catalogued), views, Duration.ofSeconds(10));
        AgentTransfers none = new NoTransfers();
        FormerCopies former = new FormerCopies(stores, none, views);
        return new ModelCreation(
                stores,
                new CreateSources(
                        stores,
                        blobs,
                        none,
                        new ModelTransfers(
                                stores,
                                none,
                                new AgentSurvey(stores, Duration.ofSeconds(1)),
                                former,
                                sightings,
                                views),
                        views),
                former,
                sightings);
    }

    private void show(long number, String digest, Continuation continuation) {
        ModelEntry entry =
                new ModelEntry(
                        NAME,
                        new ModelDigest(digest),
                        new ModelFacts(1, new ByteSize(1), 1, 1, 1),
                        continuation,
                        Set.of(),
                        List.of());
        views.offer(new ClusterView(new Version(1, number), List.of(), List.of(entry), List.of()));
    }

    private static CataloguedModel catalogued(String digest) {
        return new CataloguedModel(
                NAME,
                new ModelDigest(digest),
                1,
                Instant.EPOCH,
                ModelDescription.UNKNOWN,
                List.of(),
                Continuation.EXACT,
                List.of(new AgentId("a")),
                Optional.empty());
    }

    /** Holds one blob and makes whatever it is asked for. */
    private static final class OneAgent implements AgentStores {
        @Override
        public List<URI> addresses() {
            return List.of(AGENT);
        }

        @Override
        public Mono<AgentState> state(URI agent) {
            return Mono.just(new AgentState(new AgentId("a"), agent, 1, 1, List.of(), List.of()));
        }

        @Override
        public Mono<Boolean> holds(URI agent, String blob) {
            return Mono.just(MODEL.blobs().contains(blob));
        }

        @Override
        public Mono<Boolean> put(
                URI agent, String blob, OptionalLong length, Flux<DataBuffer> bytes) {
            return Mono.error(new AssertionError("no upload was asked for"));
        }

        @Override
        public Flux<Progress> create(URI agent, NewModel model) {
            return Flux.just("parsing GGUF", "success").map(Progress::of);
        }

        @Override
        public Mono<ShownModel> show(URI agent, ModelRef name, boolean verbose) {
            return Mono.just(
                    new ShownModel(
                            name,
                            DIGEST,
                            Instant.EPOCH,
                            ModelDescription.UNKNOWN,
                            List.of(),
                            "",
                            Map.of(),
                            Optional.empty(),
                            Optional.empty(),
                            Map.of(),
                            List.of(),
                            "",
                            ShownModel.Files.NONE));
        }
    }

    /** What is made of files alone lets nothing come from elsewhere. */
    private static final class NoTransfers implements AgentTransfers {
        @Override
        public Mono<Void> delete(URI agent, ModelRef name) {
            return Mono.error(new AssertionError("no delete was asked for"));
        }

        @Override
        public Mono<Void> copy(URI agent, ModelRef source, ModelRef destination) {
            return Mono.error(new AssertionError("no copy was asked for"));
        }

        @Override
        public Flux<Progress> pull(URI agent, ModelRef name, boolean insecure) {
            return Flux.error(new AssertionError("no pull was asked for"));
        }

        @Override
        public Flux<Progress> push(URI agent, ModelRef name, boolean insecure) {
            return Flux.error(new AssertionError("no push was asked for"));
        }

        @Override
        public Flux<Progress> fetch(
                URI agent, ModelRef name, ModelDigest digest, List<URI> holders) {
            return Flux.error(new AssertionError("no fetch was asked for"));
        }
    }
}
