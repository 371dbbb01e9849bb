package dev.caravan.core.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.placement.HeldEngine.Use;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FirstFitTest {

    private static final AgentId A = new AgentId("a");
    private static final AgentId B = new AgentId("b");

    @Test
    void takesTheFirstCandidateWithRoomAsThingsAre() {
        var rooms = List.of(room(A, "h1", 1000, 100), room(B, "h2", 1000, 900));

        Placement placement = FirstFit.place(size(500), List.of(A, B), rooms);

        assertThat(placement).isEqualTo(new Placement.Single(B, List.of()));
    }

    @Test
    void countsWhatAnotherAgentOfTheHostWasPromised() {
        var promised = engine("loading", 600, 0, Use.BUSY, 0);
        var rooms = List.of(room(A, "h", 1000, 1000, promised), room(B, "h", 1000, 1000));

        Placement placement = FirstFit.place(size(500), List.of(B), rooms);

        assertThat(placement).isEqualTo(new Placement.Later(B));
    }

    @Test
    void doesNotBelieveThatTheMappedFileOfAnEngineIsAvailable() {
        var mapped = engine("mapped", 800, 800, Use.BUSY, 0);
        var rooms = List.of(room(A, "h", 1000, 950, mapped), room(B, "h", 1000, 950));

        Placement placement = FirstFit.place(size(500), List.of(B), rooms);

        assertThat(placement).isEqualTo(new Placement.Later(B));
    }

    @Test
    void staysWithinTheBudgetOfTheAgent() {
        var room =
                new AgentRoom(A, "h", size(1000), size(1000), size(400), ByteSize.ZERO, List.of());

        Placement placement = FirstFit.place(size(500), List.of(A), List.of(room));

        assertThat(placement).isEqualTo(new Placement.NoFit(size(100), A, size(400)));
    }

    @Test
    void givesUpTheLongestIdleReplicaAndNoMoreThanItNeeds() {
        var old = engine("old", 300, 300, Use.IDLE, 10);
        var recent = engine("recent", 300, 300, Use.IDLE, 20);
        var rooms = List.of(room(A, "h", 1000, 400, old, recent));

        Placement placement = FirstFit.place(size(600), List.of(A), rooms);

        assertThat(placement).isEqualTo(new Placement.Single(A, List.of(new ReplicaId("old"))));
    }

    @Test
    void keepsASmallReplicaWhoseEndWouldNotHelp() {
        var small = engine("small", 50, 50, Use.IDLE, 10);
        var large = engine("large", 500, 500, Use.IDLE, 20);
        var rooms = List.of(room(A, "h", 1000, 450, small, large));

        Placement placement = FirstFit.place(size(600), List.of(A), rooms);

        assertThat(placement).isEqualTo(new Placement.Single(A, List.of(new ReplicaId("large"))));
    }

    @Test
    void prefersTheAgentThatHasToGiveUpLess() {
        var rooms =
                List.of(
                        room(
                                A,
                                "h1",
                                1000,
                                200,
                                engine("a1", 400, 400, Use.IDLE, 1),
                                engine("a2", 400, 400, Use.IDLE, 2)),
                        room(B, "h2", 1000, 200, engine("b1", 800, 800, Use.IDLE, 3)));

        Placement placement = FirstFit.place(size(900), List.of(A, B), rooms);

        assertThat(placement).isEqualTo(new Placement.Single(B, List.of(new ReplicaId("b1"))));
    }

    @Test
    void neverGivesUpABusyReplicaButWaitsForIt() {
        var rooms = List.of(room(A, "h", 1000, 200, engine("busy", 800, 800, Use.BUSY, 0)));

        Placement placement = FirstFit.place(size(500), List.of(A), rooms);

        assertThat(placement).isEqualTo(new Placement.Later(A));
    }

    @Test
    void namesTheBytesThatAreMissingOnTheBestAgent() {
        var rooms =
                List.of(
                        room(A, "h1", 1000, 300),
                        room(B, "h2", 1000, 300, engine("busy", 400, 400, Use.BUSY, 0)));

        Placement placement = FirstFit.place(size(1200), List.of(A, B), rooms);

        assertThat(placement).isEqualTo(new Placement.NoFit(size(500), B, size(700)));
    }

    @Test
    void refusesACandidateItHasNoRoomFor() {
        assertThatThrownBy(() -> FirstFit.place(size(1), List.of(A), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("candidate a (expected: one of the rooms)");
    }

    @Test
    void givesUpTheLongestIdleReplicaOfAnAgentThatHasAsManyAsItMay() {
        AgentRoom two =
                limited(2, engine("r1", 10, 10, Use.IDLE, 5), engine("r2", 10, 10, Use.IDLE, 1));
        AgentRoom three =
                limited(3, engine("r1", 10, 10, Use.IDLE, 5), engine("r2", 10, 10, Use.IDLE, 1));

        assertThat(FirstFit.place(size(50), List.of(A), List.of(two)))
                .isEqualTo(new Placement.Single(A, List.of(new ReplicaId("r2"))));
        assertThat(FirstFit.place(size(50), List.of(A), List.of(three)))
                .isEqualTo(new Placement.Single(A, List.of()));
    }

    @Test
    void waitsForAnAgentThatHasAsManyAsItMayAndAllOfThemBusy() {
        AgentRoom full = limited(1, engine("r1", 10, 10, Use.BUSY, 0));

        assertThat(FirstFit.place(size(50), List.of(A), List.of(full)))
                .isInstanceOf(Placement.Later.class);
    }

    private static AgentRoom limited(int most, HeldEngine... engines) {
        AgentRoom room = room(A, "h", 1000, 1000, engines);
        return new AgentRoom(
                room.agent(),
                room.hostId(),
                room.total(),
                room.available(),
                room.budget(),
                room.used(),
                room.engines(),
                most);
    }

    private static ByteSize size(long bytes) {
        return new ByteSize(bytes);
    }

    private static HeldEngine engine(String id, long need, long resident, Use use, long since) {
        return new HeldEngine(new ReplicaId(id), size(need), size(resident), use, since);
    }

    private static AgentRoom room(
            AgentId agent, String host, long total, long available, HeldEngine... engines) {
        long used = Arrays.stream(engines).mapToLong(held -> held.resident().bytes()).sum();
        return new AgentRoom(
                agent,
                host,
                size(total),
                size(available),
                size(total),
                size(used),
                List.of(engines));
    }
}
