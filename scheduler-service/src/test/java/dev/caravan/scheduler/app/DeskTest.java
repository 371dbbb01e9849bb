package dev.caravan.scheduler.app;

import static dev.caravan.scheduler.app.Cluster.DIGEST;
import static dev.caravan.scheduler.app.Cluster.OTHER;
import static dev.caravan.scheduler.app.Cluster.demand;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.ReplicaSnapshot;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.fault.FaultCode;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelRunner;
import dev.caravan.scheduler.app.ReplicaStatus.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DeskTest {

    private static final long EPOCH = 1_000;
    private static final Duration LOAD_TIMEOUT = Duration.ofMinutes(5);

    private final AtomicInteger ids = new AtomicInteger();
    private final Desk desk =
            new Desk(
                    new Settings(4, 4096, LOAD_TIMEOUT, Duration.ofMinutes(1), 0, Map.of()),
                    () -> new ReplicaId("r" + ids.incrementAndGet()));
    private final Cluster cluster = new Cluster();
    private long now = 1_000_000;

    @Test
    void startsOneEngineForAnyNumberOfDemands() {
        desk.said(cluster.agent("a", 8192));
        lead();

        for (int demand = 0; demand < 200; demand++) {
            desk.ask(demand(DIGEST, 4096), now);
        }
        Work work = desk.settle(now);

        assertThat(work.puts()).hasSize(1);
        assertThat(work.puts().getFirst().engines()).hasSize(1);
        assertThat(work.puts().getFirst().version()).isEqualTo(new Version(EPOCH, 1));
    }

    @Test
    void settlesTheLoadWhenTheReplicaIsReady() {
        desk.said(cluster.agent("a", 8192));
        lead();
        Load load = ask(4096);
        tell(desk.settle(now));

        desk.said(cluster.turns("a", new ReplicaId("r1"), Phase.READY));
        Work work = desk.settle(now);

        assertThat(work.settled().get(load))
                .isInstanceOfSatisfying(
                        LoadOutcome.Ready.class,
                        ready -> {
                            assertThat(ready.replica().id()).isEqualTo(new ReplicaId("r1"));
                            assertThat(ready.agent().id()).isEqualTo(new AgentId("a"));
                            assertThat(ready.version()).isEqualTo(new Version(EPOCH, 1));
                        });
        assertThat(work.puts()).isEmpty();
    }

    @Test
    void answersAtOnceWhereAReplicaCoversTheContext() {
        desk.said(cluster.agent("a", 8192));
        desk.said(cluster.runs("a", "old", DIGEST, 8192, Version.NONE));
        lead();

        Asked asked = desk.ask(demand(DIGEST, 4096), now);

        assertThat(asked)
                .isInstanceOfSatisfying(
                        Asked.Settled.class,
                        settled ->
                                assertThat(settled.outcome())
                                        .isInstanceOf(LoadOutcome.Ready.class));
    }

    @Test
    void cutsTheContextToWhatTheModelWasTrainedFor() {
        desk.said(cluster.agent("a", 8192));
        lead();

        ask(1 << 20);
        Work work = desk.settle(now);

        assertThat(work.puts().getFirst().engines().getFirst().contextLength())
                .isEqualTo(Cluster.TRAINED);
    }

    @Test
    void loadsAtTheOllamaWhatLlamaCppRunsNowhere() {
        for (String id : List.of("a", "b", "c", "d")) {
            desk.said(cluster.agent(id, id.equals("c") ? 2048 : 8192));
        }
        desk.said(cluster.has("a", DIGEST, ModelRunner.LLAMA_CPP, "template: urlquery"));
        desk.said(cluster.has("b", DIGEST, ModelRunner.LLAMA_CPP, "template: urlquery"));
        desk.said(cluster.has("c", DIGEST, ModelRunner.OLLAMA, ""));
        desk.said(cluster.has("d", OTHER, ModelRunner.LLAMA_CPP, ""));
        lead();

        ask(4096);

        assertThat(desk.settle(now).puts())
                .extracting(put -> put.agent().value())
                .containsExactly("c");
    }

    @Test
    void tellsTheExitCodeAndTheLastLinesOfAnEngineThatFailed() {
        desk.said(cluster.agent("a", 8192));
        lead();
        Load load = ask(4096);
        tell(desk.settle(now));

        desk.said(cluster.fails("a", new ReplicaId("r1"), "GGML_ASSERT: no such tensor"));
        Work work = desk.settle(now);

        assertThat(work.settled().get(load))
                .isEqualTo(
                        new LoadOutcome.Failed(
                                FaultCode.LOAD_FAILED,
                                "model tiny:latest: its engine on agent a ended with exit code 134"
                                        + " before it was ready: GGML_ASSERT: no such tensor"));
        assertThat(work.puts().getFirst().engines()).isEmpty();
    }

    @Test
    void triesAFailedLoadAgainOnlyAfterAWait() {
        desk.said(cluster.agent("a", 8192));
        lead();
        ask(4096);
        tell(desk.settle(now));
        desk.said(cluster.fails("a", new ReplicaId("r1"), "crashed"));
        tell(desk.settle(now));

        Asked tooSoon = desk.ask(demand(DIGEST, 4096), now + 500);
        Asked later = desk.ask(demand(DIGEST, 4096), now + 1_500);

        assertThat(tooSoon)
                .isInstanceOfSatisfying(
                        Asked.Settled.class,
                        settled ->
                                assertThat(settled.outcome().toString())
                                        .contains("crashed", "next try in 500 ms"));
        assertThat(later).isInstanceOf(Asked.Joined.class);
        assertThat(desk.settle(now + 1_500).puts().getFirst().engines())
                .extracting(DesiredEngine::replica)
                .containsExactly(new ReplicaId("r2"));
    }

    @Test
    void startsAnEngineThatWasKilledAgainAtTheNextDemand() {
        desk.said(cluster.agent("a", 8192));
        lead();
        ask(4096);
        tell(desk.settle(now));
        desk.said(cluster.turns("a", new ReplicaId("r1"), Phase.READY));
        desk.settle(now);

        desk.said(cluster.turns("a", new ReplicaId("r1"), Phase.EXITED));
        tell(desk.settle(now));
        ask(4096);
        Work work = desk.settle(now);

        assertThat(work.puts().getFirst().engines())
                .extracting(DesiredEngine::replica)
                .containsExactly(new ReplicaId("r2"));
    }

    @Test
    void namesTheMissingMemoryAndTheContextThatWouldFit() {
        desk.said(cluster.agent("a", 500));
        lead();

        Load load = ask(8192);
        Work work = desk.settle(now);

        assertThat(work.settled().get(load))
                .isEqualTo(
                        new LoadOutcome.Failed(
                                FaultCode.NO_CAPACITY,
                                "model tiny:latest: needs 516.0 MiB for 8192 tokens of context in 4"
                                        + " slots; 16.0 MiB (16777216 bytes) are missing on agent a,"
                                        + " which can give 500.0 MiB (expected: to fit one agent); it"
                                        + " fits with num_ctx up to 4096"));
    }

    @Test
    void sendsWhoeverHasNoEngineToTheCommandThatInstallsOne() {
        desk.said(cluster.agent("a", 8192));
        desk.said(cluster.hasNoEngine("a", "llama-server: not on PATH"));
        lead();

        Load load = ask(4096);
        Work work = desk.settle(now);

        assertThat(work.settled().get(load))
                .asString()
                .contains("LOAD_FAILED", "llama-server: not on PATH", "./caravan engine install");
    }

    @Test
    void knowsNoModelThatNobodyHolds() {
        desk.said(cluster.agent("a", 8192));
        lead();

        var asked = (Asked.Joined) desk.ask(demand(new ModelDigest("c".repeat(64)), 0), now);
        Work work = desk.settle(now);

        assertThat(work.settled().get(asked.load())).asString().contains("MODEL_NOT_FOUND");
    }

    @Test
    void loadsOnAnotherHolderWhenTheAgentGoesDown() {
        desk.said(cluster.agent("a", 8192));
        desk.said(cluster.agent("b", 8192));
        lead();
        Load load = ask(4096);
        tell(desk.settle(now));

        desk.recorded(cluster.is("a", Verdict.DOWN));
        Work work = desk.settle(now);

        assertThat(work.settled()).doesNotContainKey(load);
        assertThat(work.puts()).extracting(put -> put.agent().value()).containsExactly("b");
    }

    @Test
    void saysWhichAgentWasLostWhereThereIsNoOther() {
        desk.said(cluster.agent("a", 8192));
        lead();
        Load load = ask(4096);
        tell(desk.settle(now));

        desk.recorded(cluster.is("a", Verdict.DOWN));
        Work work = desk.settle(now);

        assertThat(work.settled().get(load)).asString().contains("NO_CAPACITY", "down: a");
    }

    @Test
    void givesUpAnAgentThatDoesNotAnswer() {
        desk.said(cluster.agent("a", 8192));
        desk.said(cluster.agent("b", 8192));
        lead();
        ask(4096);

        for (int attempt = 0; attempt < LoadBook.ATTEMPTS; attempt++) {
            assertThat(desk.settle(now).puts())
                    .extracting(put -> put.agent().value())
                    .containsExactly("a");
            desk.unreachable(new AgentId("a"), now);
            now += 10_000;
        }
        Work work = desk.settle(now);

        assertThat(work.puts())
                .filteredOn(put -> !put.engines().isEmpty())
                .extracting(put -> put.agent().value())
                .containsExactly("b");
    }

    @Test
    void endsALoadThatShowsNoProgress() {
        desk.said(cluster.agent("a", 8192));
        lead();
        Load load = ask(4096);
        tell(desk.settle(now));
        desk.settle(now);

        assertThat(desk.settle(now + LOAD_TIMEOUT.toMillis()).settled()).isEmpty();
        Work work = desk.settle(now + LOAD_TIMEOUT.toMillis() + 1);

        assertThat(work.settled().get(load)).asString().contains("UPSTREAM_TIMEOUT", "PT5M");
        assertThat(work.puts().getFirst().engines()).isEmpty();
    }

    @Test
    void replacesTheSmallerContextOnceTheLargerIsReady() {
        desk.said(cluster.agent("a", 8192));
        desk.said(cluster.runs("a", "small", DIGEST, 2048, Version.NONE));
        lead();
        ask(8192);
        Work begun = desk.settle(now);
        tell(begun);

        desk.said(cluster.turns("a", new ReplicaId("r1"), Phase.READY));
        Work work = desk.settle(now);

        assertThat(replicas(begun)).containsExactly("small", "r1");
        assertThat(replicas(work)).containsExactly("r1");
    }

    @Test
    void makesRoomByEndingAnIdleReplicaBeforeItLoads() {
        desk.said(cluster.agent("a", 700));
        desk.said(cluster.runs("a", "idle", OTHER, 4096, Version.NONE));
        lead();
        Load load = ask(4096);

        Work evicting = desk.settle(now);
        tell(evicting);
        desk.said(cluster.drops("a", new ReplicaId("idle")));
        Work loading = desk.settle(now);

        assertThat(replicas(evicting)).isEmpty();
        assertThat(evicting.settled()).doesNotContainKey(load);
        assertThat(replicas(loading)).hasSize(1).doesNotContain("idle");
    }

    @Test
    void waitsForABusyReplicaInsteadOfEndingIt() {
        desk.said(cluster.agent("a", 700));
        desk.said(cluster.runs("a", "busy", OTHER, 4096, Version.NONE));
        desk.said(cluster.serves("a", new ReplicaId("busy"), 1));
        lead();
        Load load = ask(4096);

        Work waiting = desk.settle(now);
        desk.said(cluster.serves("a", new ReplicaId("busy"), 0));
        Work evicting = desk.settle(now);

        assertThat(waiting.puts()).isEmpty();
        assertThat(waiting.settled()).doesNotContainKey(load);
        assertThat(replicas(evicting)).isEmpty();
    }

    @Test
    void doesNotTellAgentsAnythingWhenItBeginsToLead() {
        desk.said(cluster.agent("a", 8192));
        desk.said(cluster.runs("a", "running", DIGEST, 4096, new Version(500, 7)));
        lead();

        Work work = desk.settle(now);

        assertThat(work.puts()).isEmpty();
        assertThat(work.view().orElseThrow().content().replicas())
                .extracting(replica -> replica.id().value())
                .containsExactly("running");
    }

    @Test
    void keepsWhatRunsWhenItAddsAnEngine() {
        desk.said(cluster.agent("a", 8192));
        desk.said(cluster.runs("a", "running", OTHER, 4096, new Version(500, 7)));
        lead();

        ask(4096);
        Work work = desk.settle(now);

        assertThat(replicas(work)).containsExactly("running", "r1");
        assertThat(work.puts().getFirst().version()).isEqualTo(new Version(EPOCH, 1));
    }

    @Test
    void takesOnTheHigherVersionOfAnotherLeaderAndGoesAboveItUnderItsNextEpoch() {
        desk.said(cluster.agent("a", 8192));
        lead();
        ask(4096);
        desk.settle(now);
        cluster.runs("a", "theirs", OTHER, 4096, new Version(EPOCH + 5, 2));

        desk.said(cluster.of("a"));
        desk.refused(new AgentId("a"), new Version(EPOCH + 5, 2), now);
        Work fenced = desk.settle(now);
        desk.leadOn(EPOCH + 6);
        Work work = desk.settle(now);

        assertThat(fenced.puts()).isEmpty();
        assertThat(work.puts().getFirst().version()).isEqualTo(new Version(EPOCH + 6, 1));
        assertThat(replicas(work)).containsExactlyInAnyOrder("r1", "theirs");
    }

    @Test
    void withdrawsAReplicaThatExpired() {
        desk.said(cluster.agent("a", 8192));
        desk.said(cluster.runs("a", "old", DIGEST, 4096, Version.NONE));
        lead();
        desk.settle(now);

        desk.expired(new AgentId("a"), new ReplicaId("old"), now);
        Work work = desk.settle(now);

        assertThat(replicas(work)).isEmpty();
        assertThat(work.view().orElseThrow().content().replicas()).isEmpty();
    }

    @Test
    void keepsAReplicaThatIsBusyAgainWhenTheWordOfItsExpiryComes() {
        desk.said(cluster.agent("a", 8192));
        desk.said(cluster.runs("a", "old", DIGEST, 4096, Version.NONE));
        lead();
        desk.settle(now);

        desk.said(cluster.serves("a", new ReplicaId("old"), 1));
        desk.expired(new AgentId("a"), new ReplicaId("old"), now);
        Work work = desk.settle(now);

        assertThat(work.puts()).isEmpty();
    }

    @Test
    void loadsElsewhereWhereAnAgentTookAWishAndNeverReportsItsEngine() {
        desk.said(cluster.agent("a", 8192));
        desk.said(cluster.agent("b", 8192));
        lead();
        ask(4096);
        DesiredState put = desk.settle(now).puts().getFirst();
        desk.accepted(put.agent(), put.version());
        desk.settle(now);

        Work inTime = desk.settle(now + WishList.LOST_AFTER_MILLIS);
        Work work = desk.settle(now + WishList.LOST_AFTER_MILLIS + 1);

        assertThat(inTime.puts()).isEmpty();
        assertThat(work.puts())
                .filteredOn(each -> !each.engines().isEmpty())
                .extracting(each -> each.agent().value())
                .containsExactly("b");
    }

    @Test
    void waitsForTheEngineThatARestartedAgentStartsAgainByItself() {
        desk.said(cluster.agent("a", 8192));
        lead();
        ask(4096);
        tell(desk.settle(now));
        desk.said(cluster.turns("a", new ReplicaId("r1"), Phase.READY));
        desk.settle(now);

        desk.said(cluster.restarts("a"));
        desk.settle(now);
        desk.said(cluster.turns("a", new ReplicaId("r1"), Phase.LOADING));
        Load load = ask(4096);
        Work joined = desk.settle(now);
        desk.said(cluster.turns("a", new ReplicaId("r1"), Phase.READY));
        Work ready = desk.settle(now);

        assertThat(joined.puts()).isEmpty();
        assertThat(ready.settled().get(load)).isInstanceOf(LoadOutcome.Ready.class);
    }

    @Test
    void unloadsEveryReplicaOfTheModelAndNoOther() {
        desk.said(cluster.agent("a", 8192));
        desk.said(cluster.runs("a", "one", DIGEST, 4096, Version.NONE));
        desk.said(cluster.runs("a", "two", OTHER, 4096, Version.NONE));
        lead();
        desk.settle(now);

        desk.unload(DIGEST);
        Work work = desk.settle(now);

        assertThat(replicas(work)).containsExactly("two");
    }

    @Test
    void publishesTheViewForSlowFactsButNotForBusySlots() {
        desk.said(cluster.agent("a", 8192));
        desk.said(cluster.runs("a", "one", DIGEST, 4096, Version.NONE));
        lead();
        Work first = desk.settle(now);

        desk.said(cluster.serves("a", new ReplicaId("one"), 3));
        Work busy = desk.settle(now);
        desk.said(cluster.turns("a", new ReplicaId("one"), Phase.DRAINING));
        Work draining = desk.settle(now);

        assertThat(first.view().orElseThrow().version()).isEqualTo(new Version(EPOCH, 1));
        assertThat(busy.view()).isEmpty();
        assertThat(draining.view().orElseThrow().version()).isEqualTo(new Version(EPOCH, 2));
    }

    @Test
    void leavesAgentsThatAreDownOutOfTheViewButKeepsSuspects() {
        desk.said(cluster.agent("a", 8192));
        desk.said(cluster.agent("b", 8192));
        desk.said(cluster.runs("a", "one", DIGEST, 4096, Version.NONE));
        desk.said(cluster.runs("b", "two", DIGEST, 4096, Version.NONE));
        lead();

        desk.recorded(cluster.is("a", Verdict.DOWN));
        desk.recorded(cluster.is("b", Verdict.SUSPECT));
        ViewContent view = desk.settle(now).view().orElseThrow().content();

        assertThat(view.agents()).extracting(agent -> agent.id().value()).containsExactly("b");
        assertThat(view.replicas())
                .extracting(ReplicaSnapshot::agent)
                .containsOnly(new AgentId("b"));
        assertThat(view.models()).allSatisfy(model -> assertThat(model.holders()).hasSize(1));
    }

    @Test
    void publishesNoViewBeforeItKnowsAnAgent() {
        lead();

        Work work = desk.settle(now);

        assertThat(work.view()).isEmpty();
    }

    @Test
    void tellsWaitingAskersWhenItNoLongerLeads() {
        desk.said(cluster.agent("a", 8192));
        lead();
        Load load = ask(4096);
        tell(desk.settle(now));

        desk.resign();
        Work work = desk.settle(now);

        assertThat(work.settled()).containsEntry(load, new LoadOutcome.NotLeading());
        assertThat(desk.ask(demand(DIGEST, 4096), now))
                .isEqualTo(new Asked.Settled(new LoadOutcome.NotLeading()));
    }

    @Test
    void joinsALoadThatTheLeaderBeforeHadStarted() {
        desk.said(cluster.agent("a", 8192));
        lead();
        ask(4096);
        tell(desk.settle(now));
        desk.resign();
        desk.settle(now);

        desk.lead(EPOCH + 1, Map.of());
        desk.settle(now);
        Load again = ask(4096);
        Work joined = desk.settle(now);
        desk.said(cluster.turns("a", new ReplicaId("r1"), Phase.READY));
        Work ready = desk.settle(now);

        assertThat(joined.puts()).isEmpty();
        assertThat(ready.settled().get(again)).isInstanceOf(LoadOutcome.Ready.class);
    }

    @Test
    void carriesOutWishesOfTheLeaderBeforeThatHadNotArrived() {
        desk.said(cluster.agent("a", 8192));
        lead();
        ask(4096);
        DesiredState underWay = desk.settle(now).copies().getFirst();
        desk.resign();
        desk.settle(now);

        desk.lead(EPOCH + 1, Map.of(underWay.agent(), underWay));
        Work work = desk.settle(now);

        assertThat(replicas(work)).containsExactly("r1");
        assertThat(work.puts().getFirst().version()).isEqualTo(new Version(EPOCH + 1, 1));
    }

    private void lead() {
        desk.introduced();
        desk.lead(EPOCH, Map.of());
    }

    private Load ask(int context) {
        return ((Asked.Joined) desk.ask(demand(DIGEST, context), now)).load();
    }

    /** The agents take everything on and report it. */
    private void tell(Work work) {
        for (DesiredState put : work.puts()) {
            desk.accepted(put.agent(), put.version());
            desk.said(cluster.takes(put));
        }
    }

    private static List<String> replicas(Work work) {
        return work.puts().getFirst().engines().stream()
                .map(engine -> engine.replica().value())
                .toList();
    }
}
