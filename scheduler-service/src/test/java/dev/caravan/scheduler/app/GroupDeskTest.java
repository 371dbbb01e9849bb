package dev.caravan.scheduler.app;

import static dev.caravan.scheduler.app.Cluster.BIG;
import static dev.caravan.scheduler.app.Cluster.DIGEST;
import static dev.caravan.scheduler.app.Cluster.OTHER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.ReplicaSnapshot;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.placement.LayerSpan;
import dev.caravan.core.run.LoadOptions;
import dev.caravan.scheduler.app.ReplicaStatus.Phase;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The life of split replicas: big needs 4200 MiB in layers, and each process its buffers. */
class GroupDeskTest {

    private static final long EPOCH = 1_000;
    private static final ReplicaId HEAD = new ReplicaId("r1");

    private final AtomicInteger ids = new AtomicInteger();
    private final Desk desk =
            new Desk(
                    new Settings(
                            4, 4096, Duration.ofMinutes(5), Duration.ofMinutes(1), 0, Map.of()),
                    () -> new ReplicaId("r" + ids.incrementAndGet()));
    private final Cluster cluster = new Cluster();
    private final Map<String, DesiredState> copies = new HashMap<>();
    private long now = 1_000_000;

    @Test
    void tellsMembersFirstAndTheHeadWhenTheyAreReady() {
        threeAgents();
        lead();
        Load load = ask(BIG);

        Work first = desk.settle(now);
        tell(first);
        Work waiting = desk.settle(now);
        desk.said(cluster.lends("b", Phase.READY, ""));
        Work second = desk.settle(now);

        assertThat(first.puts())
                .extracting(
                        put -> put.agent().value(),
                        put -> put.engines().size(),
                        put -> put.members().size())
                .containsExactly(tuple("b", 0, 1));
        assertThat(first.puts().getFirst().members().getFirst())
                .satisfies(
                        member -> {
                            assertThat(member.group()).isEqualTo(HEAD);
                            assertThat(member.headAgent()).contains(new AgentId("a"));
                            assertThat(member.span()).isEqualTo(new LayerSpan(4, 9));
                            assertThat(member.memory().bytes()).isGreaterThan(2200L << 20);
                        });
        assertThat(waiting.puts()).isEmpty();
        assertThat(second.puts()).extracting(put -> put.agent().value()).containsExactly("a");
        assertThat(second.puts().getFirst().engines().getFirst().stages())
                .extracting(stage -> stage.agent().value(), GroupStage::address, GroupStage::layers)
                .containsExactly(tuple("a", "http://a", 4), tuple("b", "http://b", 5));
        assertThat(second.settled()).doesNotContainKey(load);
    }

    @Test
    void showsAReadyGroupAsOneReplicaAtItsHead() {
        threeAgents();
        lead();
        Load load = ask(BIG);

        Work work = becomesReady();

        assertThat(work.settled().get(load)).isInstanceOf(LoadOutcome.Ready.class);
        assertThat(work.view().orElseThrow().content().replicas())
                .extracting(ReplicaSnapshot::id, each -> each.agent().value(), each -> each.split())
                .containsExactly(tuple(HEAD, "a", true));
    }

    @Test
    void plansALoadAgainOnWhatIsLeftWhenAMemberFails() {
        threeAgents();
        lead();
        Load load = ask(BIG);
        tell(desk.settle(now));

        desk.said(cluster.lends("b", Phase.FAILED, "no port"));
        Work again = desk.settle(now);

        assertThat(again.settled()).doesNotContainKey(load);
        assertThat(members(again)).containsEntry("b", 0).containsEntry("c", 1);
        tell(again);
        desk.said(cluster.lends("c", Phase.READY, ""));
        tell(desk.settle(now));
        desk.said(cluster.turns("a", new ReplicaId("r2"), Phase.READY));
        assertThat(desk.settle(now).settled().get(load)).isInstanceOf(LoadOutcome.Ready.class);
    }

    @Test
    void triesAgainWhereAHeadWasAbortedBeforeItWasReady() {
        threeAgents();
        lead();
        Load load = ask(BIG);
        tell(desk.settle(now));
        desk.said(cluster.lends("b", Phase.READY, ""));
        tell(desk.settle(now));

        desk.said(cluster.fails("a", HEAD, "Remote RPC server crashed"));
        Work again = desk.settle(now);

        assertThat(again.settled()).doesNotContainKey(load);
        assertThat(again.puts().stream().flatMap(put -> put.members().stream()))
                .extracting(DesiredMember::group)
                .containsExactly(new ReplicaId("r2"));
    }

    @Test
    void takesAGroupDownWhenTheAgentOfAMemberGoesDown() {
        threeAgents();
        lead();
        ask(BIG);
        becomesReady();

        desk.recorded(cluster.is("b", Verdict.DOWN));
        Work work = desk.settle(now);

        assertThat(work.puts())
                .extracting(put -> put.agent().value(), put -> put.engines().size())
                .containsExactly(tuple("a", 0));
        assertThat(work.view().orElseThrow().content().replicas()).isEmpty();
    }

    @Test
    void takesAGroupDownWhenAMemberEnds() {
        threeAgents();
        lead();
        ask(BIG);
        becomesReady();

        desk.said(cluster.lends("b", Phase.EXITED, "killed"));
        Work work = desk.settle(now);

        assertThat(work.puts())
                .extracting(
                        put -> put.agent().value(),
                        put -> put.engines().size(),
                        put -> put.members().size())
                .containsExactly(tuple("a", 0, 0), tuple("b", 0, 0));
    }

    @Test
    void freesTheMembersWhenTheHeadEnds() {
        threeAgents();
        lead();
        ask(BIG);
        becomesReady();

        desk.said(cluster.turns("a", HEAD, Phase.EXITED));
        Work work = desk.settle(now);

        assertThat(members(work)).containsEntry("b", 0);
    }

    @Test
    void freesTheMembersWhenTheHeadExpiresOrIsUnloaded() {
        threeAgents();
        lead();
        ask(BIG);
        becomesReady();

        desk.unload(BIG);
        Work unloaded = desk.settle(now);

        assertThat(members(unloaded)).containsEntry("b", 0);
        assertThat(unloaded.puts()).allMatch(put -> put.engines().isEmpty());
    }

    @Test
    void givesUpAnIdleGroupForAnotherModelAndWaitsUntilAllOfItIsGone() {
        desk.said(cluster.agent("a", 3300, BIG));
        desk.said(cluster.agent("b", 2800, OTHER));
        lead();
        ask(BIG);
        becomesReady();

        ask(OTHER);
        Work evicting = desk.settle(now);
        tellButKeep("b", evicting);
        Work waiting = desk.settle(now);
        desk.said(cluster.takes(state("b")));
        Work placed = desk.settle(now);

        assertThat(members(evicting)).containsEntry("b", 0);
        assertThat(waiting.puts()).isEmpty();
        assertThat(placed.puts())
                .extracting(put -> put.agent().value(), put -> put.engines().size())
                .containsExactly(tuple("b", 1));
    }

    @Test
    void keepsSeveralGroupsAtATime() {
        desk.said(cluster.agent("a", 3300, BIG));
        desk.said(cluster.agent("b", 6600, BIG));
        desk.said(cluster.agent("c", 3300));
        lead();

        ask(BIG, 4096, Optional.of(true));
        becomesReady();
        desk.said(cluster.serves("a", HEAD, 1));
        ask(BIG, 8192, Optional.of(true));
        Work work = desk.settle(now);

        assertThat(work.puts().stream().flatMap(put -> put.members().stream()))
                .extracting(DesiredMember::group)
                .contains(new ReplicaId("r2"));
        assertThat(work.puts()).noneMatch(put -> put.agent().value().equals("a"));
    }

    @Test
    void keepsAGroupOverAChangeOfLeaders() {
        threeAgents();
        lead();
        ask(BIG);
        becomesReady();
        desk.resign();
        desk.settle(now);

        desk.lead(EPOCH + 1, Map.of());
        Work taken = desk.settle(now);
        Work later = desk.settle(now + GroupKeeper.UNHEARD_MILLIS + 1);
        desk.said(cluster.lends("b", Phase.EXITED, "killed"));
        Work broken = desk.settle(now);

        assertThat(taken.puts()).isEmpty();
        assertThat(later.puts()).isEmpty();
        assertThat(broken.puts()).extracting(put -> put.agent().value()).contains("a");
        assertThat(broken.puts()).allMatch(put -> put.engines().isEmpty());
    }

    @Test
    void freesMembersOfALoadThatTheLeaderBeforeHadHalfDone() {
        threeAgents();
        lead();
        ask(BIG);
        tell(desk.settle(now));
        desk.resign();
        desk.settle(now);

        desk.lead(EPOCH + 1, Map.of());
        Work early = desk.settle(now);
        Work late = desk.settle(now + GroupKeeper.UNHEARD_MILLIS + 1);

        assertThat(early.puts()).isEmpty();
        assertThat(members(late)).containsEntry("b", 0);
    }

    @Test
    void freesThemAtOnceWhereItWasWrittenDownWhoseTheyAre() {
        threeAgents();
        lead();
        ask(BIG);
        tell(desk.settle(now));
        desk.resign();
        desk.settle(now);

        desk.lead(EPOCH + 1, Map.of(new AgentId("b"), state("b")));
        Work work = desk.settle(now);

        assertThat(members(work)).containsEntry("b", 0);
    }

    @Test
    void goesOnWithAHeadThatWasOnItsWayWhenTheLeaderChanged() {
        threeAgents();
        lead();
        ask(BIG);
        tell(desk.settle(now));
        desk.said(cluster.lends("b", Phase.READY, ""));
        desk.settle(now).copies().forEach(copy -> copies.put(copy.agent().value(), copy));
        desk.resign();
        desk.settle(now);

        desk.lead(EPOCH + 1, Map.of(new AgentId("a"), state("a"), new AgentId("b"), state("b")));
        Work work = desk.settle(now);

        assertThat(work.puts())
                .extracting(
                        put -> put.agent().value(),
                        put -> put.version(),
                        put -> put.engines().size())
                .containsExactly(tuple("a", new Version(EPOCH + 1, 1), 1));
    }

    @Test
    void keepsAGroupWhoseLenderANewLeaderHasNotHeardOfYet() {
        threeAgents();
        lead();
        ask(BIG);
        becomesReady();
        Desk other =
                new Desk(
                        new Settings(
                                4, 4096, Duration.ofMinutes(5), Duration.ofMinutes(1), 0, Map.of()),
                        () -> new ReplicaId("x" + ids.incrementAndGet()));

        other.said(cluster.of("a"));
        other.introduced();
        other.lead(EPOCH + 1, Map.of());
        Work unheard = other.settle(now);
        other.said(cluster.of("b"));
        Work heard = other.settle(now + GroupKeeper.UNHEARD_MILLIS + 1);

        assertThat(unheard.puts()).isEmpty();
        assertThat(heard.puts()).isEmpty();
    }

    @Test
    void refusesAModelLargerThanAllAgentsTogetherWithTheShortfall() {
        desk.said(cluster.agent("a", 2000, BIG));
        desk.said(cluster.agent("b", 1000));
        lead();

        Load load = ask(BIG);
        Work work = desk.settle(now);

        // 4200 + 16 of cache in layers, 484 at the head, 288 at the member
        assertThat(work.settled().get(load))
                .asString()
                .contains("NO_CAPACITY", "1.9 GiB (2084569088 bytes) are missing on agents a, b");
    }

    @Test
    void refusesUnlikeBuildsAndNamesThem() {
        desk.said(cluster.agent("a", 3300, BIG));
        cluster.agent("b", 3300);
        desk.said(cluster.hasEngine("b", "b2", "CPU-zen4"));
        lead();

        Load load = ask(BIG);
        Work work = desk.settle(now);

        assertThat(work.settled().get(load))
                .asString()
                .contains("llama.cpp b1 (RPC 8.0.0) on a", "llama.cpp b2 (RPC 8.0.0) on b");
    }

    @Test
    void holdsBackendsTogetherForExactAlone() {
        desk.said(cluster.agent("a", 3300, BIG));
        cluster.agent("b", 3300);
        desk.said(cluster.hasEngine("b", "b1", "CPU-haswell"));
        desk.said(cluster.hasPolicy("a", BIG, ModelPolicy.of(Continuation.EXACT)));
        lead();

        Load exact = ask(BIG);
        Work refused = desk.settle(now);
        desk.said(cluster.hasPolicy("a", BIG, ModelPolicy.NONE));
        ask(BIG);
        Work split = desk.settle(now);

        assertThat(refused.settled().get(exact)).asString().contains("CPU-zen4", "CPU-haswell");
        assertThat(members(split)).containsEntry("b", 1);
    }

    @Test
    void splitsWhatWouldFitOneAgentOnlyWhereThatIsWished() {
        desk.said(cluster.agent("a", 8192));
        desk.said(cluster.agent("b", 8192));
        lead();

        ask(DIGEST);
        ask(OTHER, 4096, Optional.of(true));
        Work work = desk.settle(now);

        assertThat(members(work)).containsEntry("a", 0).containsEntry("b", 1);
        assertThat(work.puts().getFirst().engines().getFirst().stages()).isEmpty();
    }

    @Test
    void neverSplitsWhereThatIsForbidden() {
        threeAgents();
        lead();

        Load load = ask(BIG, 4096, Optional.of(false));
        Work work = desk.settle(now);

        assertThat(work.settled().get(load)).asString().contains("to fit one agent");
    }

    @Test
    void putsLayersWhereThePolicySays() {
        threeAgents();
        desk.said(
                cluster.hasPolicy(
                        "a",
                        BIG,
                        new ModelPolicy(
                                new Version(5, 1),
                                Continuation.FLUENT,
                                List.of(range("b", 0, 5), range("a", 5, 8)),
                                OptionalInt.empty(),
                                OptionalInt.of(8192),
                                List.of("--no-repack"),
                                OptionalInt.empty())));
        lead();
        ask(BIG);

        tell(desk.settle(now));
        desk.said(cluster.lends("a", Phase.READY, ""));
        desk.said(cluster.lends("b", Phase.READY, ""));
        Work work = desk.settle(now);

        DesiredEngine head = work.puts().getFirst().engines().getFirst();
        assertThat(head.stages())
                .extracting(
                        stage -> stage.agent().value(),
                        stage -> stage.member().isPresent(),
                        GroupStage::layers)
                .containsExactly(tuple("b", true, 5), tuple("a", true, 4));
        assertThat(head.contextLength()).isEqualTo(8192);
        assertThat(head.engineOptions()).containsExactly("--no-repack");
    }

    @Test
    void keepsAnotherGroupLoadedWhereThePolicyWishesForAStandby() {
        threeAgents();
        desk.said(cluster.hasPolicy("a", BIG, Cluster.standby(1)));
        lead();
        ask(BIG);
        becomesReady();
        assertThat(desk.settle(now).puts()).as("nothing holds a second group").isEmpty();
        desk.said(cluster.agent("c", 3300, BIG));
        desk.said(cluster.hasPolicy("c", BIG, Cluster.standby(1)));
        desk.said(cluster.agent("d", 3300));
        now += 10_000;

        Work members = desk.settle(now);
        tell(members);
        desk.said(cluster.lends("d", Phase.READY, ""));
        tell(desk.settle(now));
        desk.said(cluster.turns("c", cluster.of("c").replicas().getFirst().id(), Phase.READY));
        Work both = desk.settle(now);
        desk.said(cluster.lends("b", Phase.EXITED, "killed"));
        Work left = desk.settle(now);

        assertThat(members(members)).containsExactly(Map.entry("d", 1));
        assertThat(replicas(both)).extracting(each -> each.agent().value()).contains("a", "c");
        assertThat(replicas(left))
                .extracting(each -> each.agent().value(), ReplicaSnapshot::split)
                .containsExactly(tuple("c", true));
    }

    private static List<ReplicaSnapshot> replicas(Work work) {
        return work.view().orElseThrow().content().replicas();
    }

    private static ModelPolicy.Range range(String host, int start, int end) {
        return new ModelPolicy.Range(host, new LayerSpan(start, end));
    }

    /** Two are enough; b comes before c. */
    private void threeAgents() {
        desk.said(cluster.agent("a", 3300, BIG));
        desk.said(cluster.agent("b", 3300));
        desk.said(cluster.agent("c", 3300));
    }

    private void lead() {
        desk.introduced();
        desk.lead(EPOCH, Map.of());
    }

    private Load ask(ModelDigest digest) {
        return ask(digest, 4096, Optional.empty());
    }

    private Load ask(ModelDigest digest, int context, Optional<Boolean> distributed) {
        Demand demand =
                new Demand(
                        "request",
                        Cluster.name(digest),
                        digest,
                        context,
                        OptionalLong.empty(),
                        distributed,
                        LoadOptions.NONE,
                        Set.of());
        return ((Asked.Joined) desk.ask(demand, now)).load();
    }

    /** The group of a and b that was asked for first gets ready. */
    private Work becomesReady() {
        tell(desk.settle(now));
        desk.said(cluster.lends("b", Phase.READY, ""));
        tell(desk.settle(now));
        desk.said(cluster.turns("a", HEAD, Phase.READY));
        return desk.settle(now);
    }

    private void tell(Work work) {
        for (DesiredState put : work.puts()) {
            desk.accepted(put.agent(), put.version());
            desk.said(cluster.takes(put));
        }
        work.copies().forEach(copy -> copies.put(copy.agent().value(), copy));
    }

    /** All agents do as they are told, but this one is slow to end what it should. */
    private void tellButKeep(String slow, Work work) {
        for (DesiredState put : work.puts()) {
            desk.accepted(put.agent(), put.version());
            if (!put.agent().value().equals(slow)) {
                desk.said(cluster.takes(put));
            }
        }
        work.copies().forEach(copy -> copies.put(copy.agent().value(), copy));
    }

    private DesiredState state(String agent) {
        DesiredState state = copies.get(agent);
        if (state == null) {
            throw new IllegalArgumentException(
                    "agent: " + agent + " (expected: one that was told)");
        }
        return state;
    }

    private static Map<String, Integer> members(Work work) {
        Map<String, Integer> members = new HashMap<>();
        work.puts().forEach(put -> members.put(put.agent().value(), put.members().size()));
        return members;
    }
}
