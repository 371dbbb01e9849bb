package dev.caravan.scheduler.app;

import static dev.caravan.scheduler.app.Cluster.BIG;
import static dev.caravan.scheduler.app.Cluster.DIGEST;
import static dev.caravan.scheduler.app.Cluster.OTHER;
import static dev.caravan.scheduler.app.Cluster.demand;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.run.LoadOptions;
import dev.caravan.scheduler.app.ReplicaStatus.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class QuarantineTest {

    private static final AgentId A = new AgentId("a");

    private final AtomicInteger ids = new AtomicInteger();
    private final Desk desk =
            new Desk(
                    new Settings(
                            4, 4096, Duration.ofMinutes(5), Duration.ofMinutes(1), 0, Map.of()),
                    () -> new ReplicaId("r" + ids.incrementAndGet()));
    private final Cluster cluster = new Cluster();
    private final Quarantine quarantine = new Quarantine();
    private long now = 1_000_000;

    @Test
    void leavesAnAgentOutAfterThreeEndsWithinAMinuteAndLongerEachTime() {
        ends(2);
        assertThat(quarantine.leftOut(DIGEST, now)).isEmpty();

        ends(1);
        assertThat(quarantine.leftOut(now).get(A))
                .isEqualTo(
                        new LeftOut(
                                now + 5_000,
                                "left out of plans of tiny:latest until 1970-01-01T00:16:45Z,"
                                        + " since its processes ended there repeatedly"));
        assertThat(quarantine.leftOut(DIGEST, now).get(A))
                .isEqualTo(
                        "is left out for 5 s more, since processes of this model ended on it 3"
                                + " times within a minute");
        assertThat(quarantine.leftOut(OTHER, now)).isEmpty();
        for (int seconds : List.of(5, 10, 20, 40, 80, 160, 300, 300)) {
            assertThat(quarantine.shortest(DIGEST, now)).isEqualTo(seconds * 1_000L);
            now += seconds * 1_000L;
            assertThat(quarantine.leftOut(DIGEST, now)).as("never longer").isEmpty();
            ends(1);
        }
    }

    @Test
    void takesEndsThatAreFarApartForAccidents() {
        for (int i = 0; i < 10; i++) {
            ends(1);
            now += 31_000;
        }

        assertThat(quarantine.leftOut(DIGEST, now)).isEmpty();
    }

    @Test
    void forgetsAfterARunThatWentWell() {
        ends(5);
        quarantine.wentWell(A, DIGEST);

        assertThat(quarantine.leftOut(DIGEST, now)).isEmpty();
        ends(1);
        assertThat(quarantine.leftOut(DIGEST, now)).isEmpty();
    }

    @Test
    void plansElsewhereMeanwhileAndSaysSo() {
        desk.said(cluster.agent("a", 8192));
        desk.said(cluster.agent("b", 8192));
        lead();

        crash("a", 3);
        desk.ask(demand(DIGEST, 4096), now);
        Work work = desk.settle(now);

        assertThat(work.puts())
                .filteredOn(put -> !put.engines().isEmpty())
                .extracting(put -> put.agent().value())
                .containsExactly("b");
        assertThat(plan().leftOut().get(A)).contains("left out for 5 s more");
    }

    @Test
    void usesTheOnlyPlaceAgainWhenTheTimeIsOverAndNotBefore() {
        desk.said(cluster.agent("a", 8192));
        lead();
        crash("a", 3);

        Load load = ((Asked.Joined) desk.ask(demand(DIGEST, 4096), now)).load();
        Work meanwhile = desk.settle(now + 4_900);
        assertThat(meanwhile.settled()).doesNotContainKey(load);
        assertThat(meanwhile.puts()).allMatch(put -> put.engines().isEmpty());

        Work after = desk.settle(now + 5_000);
        assertThat(after.puts().getLast().engines()).hasSize(1);
    }

    @Test
    void saysAtOnceThatTheOnlyPlaceIsLeftOutForLong() {
        desk.said(cluster.agent("a", 8192));
        lead();
        crash("a", 7);

        Load load = ((Asked.Joined) desk.ask(demand(DIGEST, 4096), now)).load();

        assertThat(String.valueOf(desk.settle(now).settled().get(load)))
                .contains("agent a is left out for 80 s more");
    }

    @Test
    void blamesTheMemberThatEndedAndNotTheHeadThatWentWithIt() {
        desk.said(cluster.agent("a", 4000, BIG));
        desk.said(cluster.agent("b", 4000));
        lead();
        for (int i = 0; i < 3; i++) {
            ReplicaId head = formGroup();
            desk.said(cluster.fails("a", head, "Remote RPC server crashed"));
            desk.said(cluster.lends("b", Phase.FAILED, "killed"));
            tell(desk.settle(now));
            now += EndWatch.BLAMED_AFTER_MILLIS;
            tell(desk.settle(now));
            now += 1_000;
        }

        assertThat(leftOut(BIG)).containsExactly("b");
    }

    @Test
    void blamesTheHeadsAgentWhereItsMembersLive() {
        desk.said(cluster.agent("a", 4000, BIG));
        desk.said(cluster.agent("b", 4000));
        lead();
        for (int i = 0; i < 3; i++) {
            ReplicaId head = formGroup();
            desk.said(cluster.fails("a", head, "out of memory"));
            tell(desk.settle(now));
            now += EndWatch.BLAMED_AFTER_MILLIS;
            tell(desk.settle(now));
            now += 1_000;
        }

        assertThat(leftOut(BIG)).containsExactly("a");
    }

    @Test
    void takesARunThatEndedForAGoodOneHoweverShort() {
        desk.said(cluster.agent("a", 8192));
        lead();
        crash("a", 2);
        desk.said(cluster.runs("a", "good", DIGEST, 4096, new Version(1_000, 50)));
        desk.said(cluster.serves("a", new ReplicaId("good"), 1));
        desk.settle(now);
        desk.said(cluster.serves("a", new ReplicaId("good"), 0));
        desk.settle(now);

        crash("a", 2);

        assertThat(leftOut(DIGEST)).isEmpty();
    }

    @Test
    void countsNothingThatHadEndedBeforeItHeardOfTheAgent() {
        cluster.agent("a", 8192);
        for (int i = 0; i < 5; i++) {
            cluster.runs("a", "x" + i, DIGEST, 4096, Version.NONE);
            cluster.fails("a", new ReplicaId("x" + i), "long ago");
        }
        desk.said(cluster.of("a"));
        lead();
        desk.settle(now);

        assertThat(leftOut(DIGEST)).isEmpty();
    }

    private void ends(int times) {
        for (int i = 0; i < times; i++) {
            quarantine.ended(A, Cluster.name(DIGEST), DIGEST, now);
        }
    }

    /** Engines that nobody waits for run and end, one after the other. */
    private void crash(String agent, int times) {
        for (int i = 0; i < times; i++) {
            String id = "crash" + ids.incrementAndGet();
            desk.said(cluster.runs(agent, id, DIGEST, 4096, new Version(1_000, 50)));
            tell(desk.settle(now));
            desk.said(cluster.fails(agent, new ReplicaId(id), "crashed"));
            tell(desk.settle(now));
        }
    }

    private ReplicaId formGroup() {
        Demand demand =
                new Demand(
                        "request",
                        Cluster.name(BIG),
                        BIG,
                        4096,
                        OptionalLong.empty(),
                        Optional.of(true),
                        LoadOptions.NONE,
                        Set.of());
        desk.ask(demand, now);
        tell(desk.settle(now));
        desk.said(cluster.lends("b", Phase.READY, ""));
        tell(desk.settle(now));
        ReplicaId head = new ReplicaId("r" + ids.get());
        desk.said(cluster.turns("a", head, Phase.READY));
        tell(desk.settle(now));
        return head;
    }

    private void lead() {
        desk.introduced();
        desk.lead(1_000, Map.of());
        desk.settle(now);
    }

    private PlanAnswer.Answered plan() {
        return (PlanAnswer.Answered)
                desk.plan(
                        new PlanQuery(
                                Cluster.name(DIGEST),
                                Optional.of(DIGEST),
                                0,
                                Optional.empty(),
                                List.of()),
                        now);
    }

    private List<String> leftOut(ModelDigest digest) {
        PlanQuery query =
                new PlanQuery(
                        Cluster.name(digest), Optional.of(digest), 0, Optional.empty(), List.of());
        return ((PlanAnswer.Answered) desk.plan(query, now))
                .leftOut().keySet().stream().map(AgentId::value).sorted().toList();
    }

    private void tell(Work work) {
        for (DesiredState put : work.puts()) {
            desk.accepted(put.agent(), put.version());
            desk.said(cluster.takes(put));
        }
    }
}
