package dev.caravan.core.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot;
import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.ReplicaSnapshot;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.model.ModelRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouterTest {

    private static final ModelDigest DIGEST = new ModelDigest("a".repeat(64));
    private static final ModelRef NAME = ModelRef.parse("toy").orElseThrow();

    private final Router router = new Router();

    @Test
    void takesTheReplicaWithTheLeastShareOfItsSlotsInUse() {
        var view =
                view(
                        List.of(agent("a"), agent("b")),
                        replica("r1", "a", 4096, 4),
                        replica("r2", "b", 4096, 8));

        var decision = route(view, 4096, Map.of("r1", 2, "r2", 3));

        assertThat(chosen(decision)).isEqualTo("r2");
    }

    @Test
    void prefersAnAgentThatIsWellToOneThatIsSuspected() {
        var view =
                view(
                        List.of(agent("a", Verdict.SUSPECT), agent("b")),
                        replica("r1", "a", 4096, 4),
                        replica("r2", "b", 4096, 4));

        assertThat(chosen(route(view, 4096, Map.of("r2", 3)))).isEqualTo("r2");
        assertThat(chosen(route(view, 4096, Map.of("r2", 4)))).isEqualTo("r1");
    }

    @Test
    void waitsWhereAllReplicasAreFull() {
        var view = view(List.of(agent("a")), replica("r1", "a", 4096, 4));

        assertThat(route(view, 4096, Map.of("r1", 4))).isEqualTo(new RouteDecision.Busy());
    }

    @Test
    void asksForALoadWhereNoReplicaHasTheContext() {
        var view = view(List.of(agent("a")), replica("r1", "a", 4096, 4));

        assertThat(route(view, 8192, Map.of())).isEqualTo(new RouteDecision.Cold());
    }

    @Test
    void asksForALoadWhereTheOnlyAgentIsDead() {
        var view = view(List.of(agent("a", Verdict.DOWN)), replica("r1", "a", 4096, 4));

        assertThat(route(view, 4096, Map.of())).isEqualTo(new RouteDecision.Cold());
    }

    @Test
    void doesNotGoBackToAReplicaThatFailedTheRequest() {
        var view = view(List.of(agent("a")), replica("r1", "a", 4096, 4));
        var request = new RouteRequest(DIGEST, 4096, Set.of(new ReplicaId("r1")));

        assertThat(router.route(request, view, replica -> 0)).isEqualTo(new RouteDecision.Cold());
    }

    @Test
    void refusesADigestThatNobodyHolds() {
        var request = RouteRequest.of(new ModelDigest("b".repeat(64)), 4096);

        var decision = router.route(request, view(List.of(agent("a"))), replica -> 0);

        assertThat(decision)
                .isInstanceOfSatisfying(
                        RouteDecision.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(FaultCode.MODEL_NOT_FOUND));
    }

    @Test
    void refusesAFactorThatWouldTurnAnExclusionIntoNothing() {
        assertThatThrownBy(() -> RoutingPolicy.suspicion().times(0))
                .hasMessage("factor: 0.0 (expected: > 0)");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void neverChoosesAFullDeadOrSmallReplicaAndNeverWaitsBesideAFreeOne(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 300; round++) {
            List<AgentSnapshot> agents = new ArrayList<>();
            List<ReplicaSnapshot> replicas = new ArrayList<>();
            for (int index = 0; index < 1 + random.nextInt(6); index++) {
                var verdict = Verdict.values()[random.nextInt(Verdict.values().length)];
                agents.add(agent("agent" + index, verdict));
                replicas.add(
                        replica(
                                "r" + index,
                                "agent" + index,
                                2048 << random.nextInt(3),
                                1 + random.nextInt(4)));
            }
            var view = view(agents, replicas.toArray(ReplicaSnapshot[]::new));
            int need = 2048 << random.nextInt(3);
            int load = random.nextInt(5);

            var decision = router.route(RouteRequest.of(DIGEST, need), view, replica -> load);

            boolean able = replicas.stream().anyMatch(replica -> answers(view, replica, need));
            boolean free =
                    replicas.stream()
                            .anyMatch(
                                    replica ->
                                            answers(view, replica, need) && load < replica.slots());
            switch (decision) {
                case RouteDecision.Warm(var candidate, _) ->
                        assertThat(
                                        answers(view, candidate.replica(), need)
                                                && candidate.hasFreeSlot())
                                .isTrue();
                case RouteDecision.Busy() -> assertThat(able && !free).isTrue();
                case RouteDecision.Cold() -> assertThat(able).isFalse();
                case RouteDecision.Refused refused ->
                        throw new AssertionError("refused: " + refused);
            }
        }
    }

    private static boolean answers(ClusterView view, ReplicaSnapshot replica, int need) {
        return replica.contextLength() >= need
                && view.agent(replica.agent()).orElseThrow().verdict() != Verdict.DOWN;
    }

    private RouteDecision route(ClusterView view, int context, Map<String, Integer> busy) {
        return router.route(
                RouteRequest.of(DIGEST, context),
                view,
                replica -> busy.getOrDefault(replica.id().value(), 0));
    }

    private static String chosen(RouteDecision decision) {
        return ((RouteDecision.Warm) decision).candidate().replica().id().value();
    }

    private static AgentSnapshot agent(String id) {
        return agent(id, Verdict.READY);
    }

    private static AgentSnapshot agent(String id, Verdict verdict) {
        return new AgentSnapshot(new AgentId(id), "host", "http://127.0.0.1:1", verdict);
    }

    private static ReplicaSnapshot replica(String id, String agent, int context, int slots) {
        return new ReplicaSnapshot(
                new ReplicaId(id),
                new AgentId(agent),
                NAME,
                DIGEST,
                context,
                slots,
                Continuation.FLUENT);
    }

    private static ClusterView view(List<AgentSnapshot> agents, ReplicaSnapshot... replicas) {
        var facts = new ModelFacts(2, ByteSize.ofMebibytes(1), 64, 8192, 64);
        var entry =
                new ModelEntry(
                        NAME,
                        DIGEST,
                        facts,
                        Continuation.FLUENT,
                        Set.of("completion"),
                        agents.stream().map(AgentSnapshot::id).toList());
        return new ClusterView(new Version(1, 1), agents, List.of(entry), List.of(replicas));
    }
}
