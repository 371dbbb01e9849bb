package dev.caravan.core.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.placement.HeldEngine.Use;
import dev.caravan.core.placement.StagePlan.Role;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A model of eight layers of 500 MiB, an output of 200, embeddings of 100, 64 MiB of cache. */
class FitPlannerTest {

    private static final EngineKind B1 = new EngineKind("b1", "8.0.0", "");
    private static final EngineKind B2 = new EngineKind("b2", "8.0.0", "");
    private static final ModelFacts FACTS =
            new ModelFacts(
                    8,
                    mebibytes(4300),
                    4096,
                    8192,
                    64,
                    Collections.nCopies(8, mebibytes(500)),
                    mebibytes(200));

    private final List<Peer> peers = new ArrayList<>();
    private final List<AgentRoom> rooms = new ArrayList<>();

    @Test
    void keepsAModelWholeWhereItFits() {
        agent("a", 2000, true);
        agent("b", 6000, true);

        FitPlan plan = plan(new Spread.AsItFits());

        assertThat(plan)
                .isInstanceOfSatisfying(
                        FitPlan.Single.class,
                        single -> {
                            assertThat(single.whole().agent()).isEqualTo(new AgentId("b"));
                            assertThat(single.whole().span()).contains(new LayerSpan(0, 9));
                            assertThat(single.whole().total()).isEqualTo(mebibytes(4748));
                        });
    }

    @Test
    void splitsWhatFitsNoAgentOverTheFewest() {
        agent("a", 3000, true);
        agent("b", 1000, false);
        agent("c", 3000, false);

        assertThat(split(new Spread.AsItFits()).stages())
                .extracting(
                        stage -> stage.agent().value(),
                        StagePlan::role,
                        stage -> stage.span().orElseThrow())
                .containsExactly(
                        tuple("a", Role.HEAD, new LayerSpan(0, 4)),
                        tuple("c", Role.MEMBER, new LayerSpan(4, 9)));
    }

    @Test
    void makesAHolderTheHeadAlsoWhereItHasNoRoomForALayer() {
        agent("a", 600, true);
        agent("b", 6000, false);

        List<StagePlan> stages = split(new Spread.AsItFits()).stages();

        assertThat(stages)
                .extracting(stage -> stage.agent().value(), StagePlan::role, StagePlan::span)
                .containsExactly(
                        tuple("a", Role.HEAD, Optional.empty()),
                        tuple("b", Role.MEMBER, Optional.of(new LayerSpan(0, 9))));
        assertThat(stages.getFirst().total()).isEqualTo(mebibytes(484));
    }

    @Test
    void waitsForBusyEnginesRatherThanSplit() {
        agent("a", 6000, true, engine("busy", 4000, Use.BUSY, 0));
        agent("b", 6000, false);

        assertThat(plan(new Spread.AsItFits())).isInstanceOf(FitPlan.Later.class);
    }

    @Test
    void givesUpTheIdleEnginesASplitNeedsAndNoOther() {
        agent("a", 3000, true, engine("older", 100, Use.IDLE, 1));
        agent("b", 3000, false, engine("old", 2900, Use.IDLE, 2));

        FitPlan.Split split = split(new Spread.AsItFits());

        assertThat(split.evict()).containsExactly(new ReplicaId("old"));
    }

    @Test
    void waitsForABusyGroupWhereASplitWouldFitWithoutIt() {
        agent("a", 3000, true);
        agent("b", 3000, false, engine("busy", 2900, Use.BUSY, 2));

        assertThat(plan(new Spread.AsItFits())).isInstanceOf(FitPlan.Later.class);
    }

    @Test
    void splitsWhatWouldFitOneAgentWhereThatIsWished() {
        agent("a", 9000, true);
        agent("b", 9000, false);

        assertThat(split(new Spread.Over(2)).stages()).hasSize(2);
    }

    @Test
    void neverSplitsWhereThatIsForbidden() {
        agent("a", 3000, true);
        agent("b", 3000, false);

        assertThat(plan(new Spread.OneAgent())).isInstanceOf(FitPlan.NoFit.class);
    }

    @Test
    void saysHowManyAgentsThereAreForAWishOfMore() {
        agent("a", 9000, true);
        agent("b", 9000, false);

        assertThat(plan(new Spread.Over(3)))
                .isEqualTo(new FitPlan.TooFew(3, List.of(new AgentId("a"), new AgentId("b"))));
    }

    @Test
    void formsNoGroupOfUnlikeEngines() {
        agent("a", 3000, true);
        agent("b", 3000, false, B2);

        assertThat(plan(new Spread.AsItFits()))
                .isInstanceOfSatisfying(
                        FitPlan.Unlike.class,
                        unlike ->
                                assertThat(unlike.engines())
                                        .containsEntry(B1, List.of(new AgentId("a")))
                                        .containsEntry(B2, List.of(new AgentId("b"))));
    }

    @Test
    void splitsOverTheAgentsThatAreAlike() {
        agent("a", 3000, true);
        agent("b", 9000, false, B2);
        agent("c", 3000, false);

        assertThat(split(new Spread.AsItFits()).stages())
                .extracting(stage -> stage.agent().value())
                .containsExactly("a", "c");
    }

    @Test
    void tellsWhatIsMissingWhenAllIsEmptyAndTheContextThatWouldFit() {
        agent("a", 2500, true);
        agent("b", 2500, false, engine("busy", 1000, Use.BUSY, 0));

        FitPlan plan = FitPlanner.plan(request(8192, new Spread.AsItFits()));

        // layers 4200, cache 128, head 484, member 288
        assertThat(plan)
                .isInstanceOfSatisfying(
                        FitPlan.NoFit.class,
                        none -> {
                            assertThat(none.need()).isEqualTo(mebibytes(5100));
                            assertThat(none.shortfall()).isEqualTo(mebibytes(100));
                            assertThat(none.room()).isEqualTo(mebibytes(5000));
                            assertThat(none.fittingContext()).hasValue(1536);
                        });
    }

    @Test
    void countsTheMemoryOfOneMachineOnceForAllItsAgents() {
        agent("a", 3000, true);
        rooms.add(room("b", "host-a", 3000, List.of()));
        peers.add(new Peer(new AgentId("b"), B1, false));

        assertThat(plan(new Spread.AsItFits())).isInstanceOf(FitPlan.NoFit.class);
    }

    @Test
    void putsForcedRangesWhereTheyShouldBeWithTheHeadAtTheFirst() {
        agent("a", 3300, true);
        agent("b", 3300, true);

        assertThat(split(forced(range("b", 0, 3), range("a", 3, 8))).stages())
                .extracting(
                        stage -> stage.agent().value(),
                        StagePlan::role,
                        stage -> stage.span().orElseThrow())
                .containsExactly(
                        tuple("b", Role.HEAD, new LayerSpan(0, 3)),
                        tuple("a", Role.MEMBER, new LayerSpan(3, 9)));
    }

    @Test
    void givesTheHeadAMemberOfItsOwnWhereItsRangeIsNotTheFirst() {
        agent("a", 3800, true);
        agent("b", 3800, false);

        assertThat(split(forced(range("b", 0, 3), range("a", 3, 8))).stages())
                .extracting(stage -> stage.agent().value(), StagePlan::role)
                .containsExactly(
                        tuple("a", Role.HEAD), tuple("b", Role.MEMBER), tuple("a", Role.MEMBER));
    }

    @Test
    void refusesForcedRangesThatFitNoMemory() {
        agent("a", 3300, true);
        agent("b", 1000, false);

        assertThat(plan(forced(range("a", 0, 2), range("b", 2, 8))))
                .isInstanceOfSatisfying(
                        FitPlan.NoFit.class,
                        // 6 layers, output, cache of 6 layers, buffers
                        none -> assertThat(none.shortfall()).isEqualTo(mebibytes(2536)));
    }

    @Test
    void refusesRangesThatDoNotEndWithTheModel() {
        agent("a", 3300, true);

        assertThatThrownBy(() -> plan(forced(range("a", 0, 5))))
                .hasMessage("ranges end with layer 4 (expected: 7, the model's last)");
        assertThatThrownBy(() -> forced(range("a", 0, 5), range("b", 6, 8)))
                .hasMessage("range of agent b begins at layer 6 (expected: 5)");
    }

    @Test
    void formsNoGroupOfMoreAgentsThanAHeadBears() {
        agent("a", 900, true);
        for (int agent = 0; agent < 20; agent++) {
            agent("m" + agent, 400, false);
        }

        assertThat(plan(new Spread.AsItFits())).isInstanceOf(FitPlan.NoFit.class);
    }

    static IntStream seeds() {
        return IntStream.range(0, 200);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void neverExceedsTheMemoryOfAnAgentOrAMachineAndDoesNotDependOnTheOrderOfRooms(int seed) {
        var random = new Random(seed);
        int agents = 2 + random.nextInt(5);
        for (int agent = 0; agent < agents; agent++) {
            String host = "host-" + random.nextInt(4);
            rooms.add(room("a" + agent, host, 500 + random.nextInt(4000), List.of()));
            peers.add(new Peer(new AgentId("a" + agent), B1, agent == 0 || random.nextBoolean()));
        }

        FitPlan plan = plan(new Spread.Over(2));
        Collections.shuffle(rooms, random);

        assertThat(plan(new Spread.Over(2))).isEqualTo(plan);
        if (plan instanceof FitPlan.Split split) {
            assertWithinMemory(split);
            assertTiles(split);
        }
    }

    private void assertWithinMemory(FitPlan.Split split) {
        for (AgentRoom room : rooms) {
            long onAgent =
                    split.stages().stream()
                            .filter(stage -> stage.agent().equals(room.agent()))
                            .mapToLong(stage -> stage.total().bytes())
                            .sum();
            long onHost =
                    split.stages().stream()
                            .filter(stage -> host(stage.agent()).equals(room.hostId()))
                            .mapToLong(stage -> stage.total().bytes())
                            .sum();
            long free =
                    rooms.stream()
                            .filter(other -> other.hostId().equals(room.hostId()))
                            .mapToLong(other -> other.available().bytes())
                            .min()
                            .orElseThrow();
            assertThat(onAgent).isLessThanOrEqualTo(room.budget().bytes());
            assertThat(onHost).isLessThanOrEqualTo(free);
        }
    }

    private static void assertTiles(FitPlan.Split split) {
        int next = 0;
        for (StagePlan stage : split.stages()) {
            if (stage.span().isPresent()) {
                assertThat(stage.span().get().start()).isEqualTo(next);
                next = stage.span().get().end();
            }
        }
        assertThat(next).isEqualTo(9);
        assertThat(split.stages().stream().filter(stage -> stage.role() == Role.HEAD)).hasSize(1);
    }

    private String host(AgentId agent) {
        return FreeMemory.room(agent, rooms).hostId();
    }

    private FitPlan.Split split(Spread spread) {
        return (FitPlan.Split) plan(spread);
    }

    private FitPlan plan(Spread spread) {
        return FitPlanner.plan(request(4096, spread));
    }

    private FitRequest request(int context, Spread spread) {
        return new FitRequest(FACTS, context, 4, spread, peers, rooms);
    }

    private static Spread.Forced forced(Spread.Range... ranges) {
        return new Spread.Forced(List.of(ranges));
    }

    private static Spread.Range range(String agent, int start, int end) {
        return new Spread.Range(new AgentId(agent), new LayerSpan(start, end));
    }

    private void agent(String id, long mebibytes, boolean holder, HeldEngine... engines) {
        rooms.add(room(id, "host-" + id, mebibytes, List.of(engines)));
        peers.add(new Peer(new AgentId(id), B1, holder));
    }

    private void agent(String id, long mebibytes, boolean holder, EngineKind engine) {
        rooms.add(room(id, "host-" + id, mebibytes, List.of()));
        peers.add(new Peer(new AgentId(id), engine, holder));
    }

    /** The whole memory of its host, of which its engines hold what they need. */
    private static AgentRoom room(
            String id, String host, long mebibytes, List<HeldEngine> engines) {
        long used = engines.stream().mapToLong(engine -> engine.resident().bytes()).sum();
        ByteSize all = mebibytes(mebibytes);
        return new AgentRoom(
                new AgentId(id),
                host,
                all,
                all.minusOrZero(new ByteSize(used)),
                all,
                new ByteSize(used),
                engines);
    }

    private static HeldEngine engine(String id, long mebibytes, Use use, long idleSince) {
        ByteSize size = mebibytes(mebibytes);
        return new HeldEngine(new ReplicaId(id), size, size, use, idleSince);
    }

    private static ByteSize mebibytes(long count) {
        return ByteSize.ofMebibytes(count);
    }
}
