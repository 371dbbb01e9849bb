package dev.caravan.scheduler.app;

import static dev.caravan.scheduler.app.Cluster.DIGEST;
import static dev.caravan.scheduler.app.Cluster.OTHER;
import static dev.caravan.scheduler.app.Cluster.demand;
import static dev.caravan.scheduler.app.Cluster.demandBut;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import dev.caravan.scheduler.app.ReplicaStatus.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StandbyTest {

    private static final ReplicaId FIRST = new ReplicaId("first");

    private final AtomicInteger ids = new AtomicInteger();
    private final Desk desk =
            new Desk(
                    new Settings(
                            4, 4096, Duration.ofMinutes(5), Duration.ofMinutes(1), 0, Map.of()),
                    () -> new ReplicaId("r" + ids.incrementAndGet()));
    private final Cluster cluster = new Cluster();
    private long now = 1_000_000;

    @Test
    void keepsAnotherReplicaLoadedBesideTheFirst() {
        loadedOnA(1);
        desk.said(cluster.agent("b", 8192));

        tell(desk.settle(now));
        assertThat(loadedOn("b")).containsExactly("r1");
        assertThat(standby()).contains(new Standby(1, 0, ""));

        desk.said(cluster.turns("b", new ReplicaId("r1"), Phase.READY));
        Work work = desk.settle(now);
        assertThat(work.view().orElseThrow().content().replicas())
                .extracting(replica -> replica.id().value())
                .containsExactly("first", "r1");
        assertThat(standby()).contains(new Standby(1, 1, ""));
        now += 60_000;
        assertThat(desk.settle(now).puts()).isEmpty();
    }

    @Test
    void keepsNoneWhereThePolicyWishesForNone() {
        loadedOnA(0);
        desk.said(cluster.agent("b", 8192));

        assertThat(desk.settle(now).puts()).isEmpty();
        assertThat(standby()).isEmpty();
    }

    @Test
    void prefersAnotherHost() {
        loadedOnA(1);
        desk.said(cluster.agent("b", 8192));
        desk.said(cluster.isOnHost("b", "host-a"));
        desk.said(cluster.agent("c", 8192));

        tell(desk.settle(now));

        assertThat(loadedOn("b")).isEmpty();
        assertThat(loadedOn("c")).containsExactly("r1");
    }

    @Test
    void takesAnotherAgentOfTheSameHostWhereThereIsNoOther() {
        loadedOnA(1);
        desk.said(cluster.agent("b", 8192));
        desk.said(cluster.isOnHost("b", "host-a"));

        tell(desk.settle(now));

        assertThat(loadedOn("b")).containsExactly("r1");
    }

    @Test
    void copiesTheFileThereFirst() {
        loadedOnA(1);
        desk.said(cluster.agent("b", 8192, OTHER));

        assertThat(desk.settle(now).puts()).isEmpty();
        CopyOrder order = desk.dueCopies().getFirst();
        assertThat(order.agent()).isEqualTo(new AgentId("b"));
        assertThat(order.holders()).containsExactly("http://a");

        desk.copyEnded(order, now);
        desk.said(cluster.holds("b", DIGEST));
        tell(desk.settle(now));
        assertThat(loadedOn("b")).containsExactly("r1");
    }

    @Test
    void takesFreeMemoryOnlyAndSaysWhatIsMissing() {
        loadedOnA(1);
        desk.said(cluster.agent("b", 600));
        desk.said(cluster.runs("b", "others", OTHER, 4096, Version.NONE));

        for (int i = 0; i < 3; i++) {
            assertThat(desk.settle(now).puts()).isEmpty();
            now += 10_000;
        }

        assertThat(standby().orElseThrow().ready()).isZero();
        assertThat(standby().orElseThrow().reason()).contains("free memory for a standby");
        assertThat(desk.ask(demand(DIGEST, 4096), now)).isInstanceOf(Asked.Settled.class);
    }

    @Test
    void goesWithTheLastThatIsUsed() {
        loadedOnA(1);
        desk.said(cluster.agent("b", 8192));
        tell(desk.settle(now));
        desk.said(cluster.turns("b", new ReplicaId("r1"), Phase.READY));
        desk.said(cluster.expires("a", FIRST, now + 300_000));
        desk.said(cluster.expires("b", new ReplicaId("r1"), now + 30_000));

        desk.settle(now);
        now += 100_000;
        desk.expired(new AgentId("b"), new ReplicaId("r1"), now);
        assertThat(desk.settle(now).puts()).as("the first is used still").isEmpty();

        now += 206_000;
        tell(desk.settle(now));
        assertThat(loadedOn("a")).isEmpty();
        assertThat(loadedOn("b")).isEmpty();
        now += 60_000;
        assertThat(desk.settle(now).puts()).isEmpty();
    }

    @Test
    void staysForTheTimeOfOneThatDiedAndGetsAStandbyItself() {
        loadedOnA(1);
        desk.said(cluster.agent("b", 8192));
        tell(desk.settle(now));
        desk.said(cluster.turns("b", new ReplicaId("r1"), Phase.READY));
        desk.said(cluster.expires("a", FIRST, now + 300_000));
        desk.said(cluster.expires("b", new ReplicaId("r1"), now + 30_000));
        desk.said(cluster.hasPolicy("b", DIGEST, Cluster.standby(1)));
        desk.settle(now);
        desk.said(cluster.agent("c", 8192));

        now += 100_000;
        desk.recorded(cluster.is("a", Verdict.DOWN));
        tell(desk.settle(now));

        assertThat(loadedOn("b")).containsExactly("r1");
        assertThat(loadedOn("c")).containsExactly("r2");
        Asked asked = desk.ask(demandBut(DIGEST, 4096, "first"), now);
        assertThat(asked).asString().contains("r1");
    }

    @Test
    void itsFailureIsNoErrorOfRequests() {
        loadedOnA(1);
        desk.said(cluster.agent("b", 8192));
        tell(desk.settle(now));
        desk.said(cluster.fails("b", new ReplicaId("r1"), "no such instruction"));
        tell(desk.settle(now));

        assertThat(standby().orElseThrow().reason()).contains("no such instruction");
        assertThat(desk.ask(demandBut(DIGEST, 4096, "first"), now))
                .isInstanceOf(Asked.Joined.class);
    }

    @Test
    void whoLosesTheFirstJoinsTheStandbyThatIsOnItsWay() {
        loadedOnA(1);
        desk.said(cluster.agent("b", 8192));
        tell(desk.settle(now));

        Load load = ((Asked.Joined) desk.ask(demandBut(DIGEST, 4096, "first"), now)).load();
        assertThat(load.isStandby()).isFalse();
        desk.said(cluster.turns("b", new ReplicaId("r1"), Phase.READY));

        assertThat(String.valueOf(desk.settle(now).settled().get(load))).contains("r1");
        assertThat(ids).hasValue(1);
    }

    @Test
    void anUnloadEndsAllAndWhatIsOnItsWay() {
        loadedOnA(2);
        desk.said(cluster.agent("b", 8192));
        tell(desk.settle(now));
        desk.said(cluster.turns("b", new ReplicaId("r1"), Phase.READY));
        desk.said(cluster.agent("c", 8192));
        desk.settle(now);
        tell(desk.settle(now));
        assertThat(loadedOn("c")).containsExactly("r2");

        desk.unload(DIGEST);
        tell(desk.settle(now));

        assertThat(Stream.of("a", "b", "c").flatMap(id -> loadedOn(id).stream())).isEmpty();
        now += 60_000;
        assertThat(desk.settle(now).puts()).isEmpty();
    }

    private void loadedOnA(int standby) {
        desk.said(cluster.agent("a", 8192));
        desk.said(cluster.hasPolicy("a", DIGEST, Cluster.standby(standby)));
        desk.said(cluster.runs("a", "first", DIGEST, 4096, Version.NONE));
        desk.introduced();
        desk.lead(1_000, Map.of());
    }

    private List<String> loadedOn(String agent) {
        return cluster.of(agent).replicas().stream()
                .filter(ReplicaStatus::lives)
                .filter(replica -> replica.digest().equals(DIGEST))
                .map(replica -> replica.id().value())
                .toList();
    }

    private Optional<Standby> standby() {
        PlanQuery query =
                new PlanQuery(
                        Cluster.name(DIGEST), Optional.of(DIGEST), 0, Optional.empty(), List.of());
        return ((PlanAnswer.Answered) desk.plan(query, now)).standby();
    }

    private void tell(Work work) {
        for (DesiredState put : work.puts()) {
            desk.accepted(put.agent(), put.version());
            desk.said(cluster.takes(put));
        }
    }
}
