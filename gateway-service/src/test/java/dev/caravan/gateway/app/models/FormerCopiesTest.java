package dev.caravan.gateway.app.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.fault.CaravanException;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.model.ModelRef;
import dev.caravan.gateway.app.NewestView;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class FormerCopiesTest {

    private static final URI MAKER = URI.create("http://maker");
    private static final URI SAME = URI.create("http://same");
    private static final URI OLDER = URI.create("http://older");
    private static final URI NEWER = URI.create("http://newer");
    private static final URI NONE = URI.create("http://none");
    private static final URI AWAY = URI.create("http://away");
    private static final ModelRef NAME = ModelRef.parse("m").orElseThrow();
    private static final String DIGEST = "ab".repeat(32);

    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

    private final List<URI> deleted = new ArrayList<>();
    private final NewestView views = new NewestView();
    private final AgentTransfers deletes =
            fake(AgentTransfers.class, (_, agent) -> Mono.fromRunnable(() -> deleted.add(agent)));
    private final AgentStores stores =
            fake(
                    AgentStores.class,
                    (method, agent) ->
                            method.equals("addresses")
                                    ? List.of(MAKER, SAME, OLDER, NEWER, NONE, AWAY)
                                    : show(agent));

    @Test
    void takesTheNameFromThoseWhoHaveAnEarlierModelUnderIt() {
        remove(deletes).block();

        assertThat(deleted).containsExactly(OLDER);
    }

    @Test
    void tellsWhoDoesNotGiveItUp() {
        AgentTransfers transfers =
                fake(
                        AgentTransfers.class,
                        (_, _) ->
                                Mono.error(
                                        new CaravanException(
                                                FaultCode.UPSTREAM_FAILED, "disk is away")));

        assertThatThrownBy(() -> remove(transfers).block())
                .hasMessage(
                        "done, but http://older still has the model before under that name: disk is away");
    }

    @Test
    void anAgentThatLostItMeanwhileHasGivenItUp() {
        AgentTransfers transfers = fake(AgentTransfers.class, (_, _) -> Mono.error(notFound()));

        assertThatCode(() -> remove(transfers).block()).doesNotThrowAnyException();
    }

    @Test
    void tellsWhoWasKnownToHaveAnotherAndDoesNotAnswer() {
        offer("cd".repeat(32), AWAY);

        assertThatThrownBy(() -> remove(deletes).block())
                .hasMessage(
                        "done, but http://away still has the model before under that name: no answer");
        assertThat(deleted).containsExactly(OLDER);
    }

    @Test
    void oneThatWasKnownToHaveTheSameMayBeAway() {
        offer(DIGEST, AWAY);

        remove(deletes).block();

        assertThat(deleted).containsExactly(OLDER);
    }

    @Test
    void aModelThatWasKnownBeforeIsNotTheLaterOneWhateverTheClockOfItsHostSays() {
        offer("cd".repeat(32), NEWER);

        remove(deletes).block();

        assertThat(deleted).containsExactlyInAnyOrder(OLDER, NEWER);
    }

    private Mono<Void> remove(AgentTransfers transfers) {
        FormerCopies copies = new FormerCopies(stores, transfers, views);
        return copies.remove(shown(DIGEST, NOW), List.of(MAKER), copies.before(NAME));
    }

    /** The name has a model that the agent is known to have. */
    private void offer(String digest, URI address) {
        AgentId holder = new AgentId("holder");
        views.offer(
                new ClusterView(
                        new Version(1, 1),
                        List.of(
                                new AgentSnapshot(
                                        holder,
                                        "host",
                                        address.toString(),
                                        AgentSnapshot.Verdict.READY)),
                        List.of(
                                new ModelEntry(
                                        NAME,
                                        new ModelDigest(digest),
                                        new ModelFacts(1, new ByteSize(1), 1, 1, 1),
                                        Continuation.FLUENT,
                                        Set.of(),
                                        List.of(holder))),
                        List.of()));
    }

    private static CaravanException notFound() {
        return new CaravanException(FaultCode.MODEL_NOT_FOUND, "not here");
    }

    private static Mono<ShownModel> show(URI agent) {
        if (agent.equals(AWAY)) {
            return Mono.error(new CaravanException(FaultCode.NO_CAPACITY, "no answer"));
        }
        return agent.equals(NONE)
                ? Mono.error(notFound())
                : Mono.just(
                        shown(
                                agent.equals(SAME) ? DIGEST : "cd".repeat(32),
                                agent.equals(NEWER) ? NOW.plusSeconds(1) : NOW.minusSeconds(1)));
    }

    private static ShownModel shown(String digest, Instant modifiedAt) {
        return new ShownModel(
                NAME,
                digest,
                modifiedAt,
                ModelDescription.UNKNOWN,
                List.of(),
                "",
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                List.of(),
                "",
                ShownModel.Files.NONE);
    }

    private interface Answer {
        Object of(String method, URI agent);
    }

    private static <T> T fake(Class<T> port, Answer answer) {
        return port.cast(
                Proxy.newProxyInstance(
                        port.getClassLoader(),
                        new Class<?>[] {port},
                        (_, method, arguments) ->
                                answer.of(
                                        method.getName(),
                                        arguments == null ? MAKER : (URI) arguments[0])));
    }
}
