package dev.caravan.worker.app.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.run.KeepAlive;
import dev.caravan.core.run.LoadOptions;
import dev.caravan.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class EngineSupervisorTest {

    private static final ReplicaId ID = new ReplicaId("r1");

    private final FakeEngines engines = new FakeEngines();
    private final FakeStore store = new FakeStore();
    private final ManualClock clock = ManualClock.anytime();
    private final List<String> told = new ArrayList<>();
    private final List<ReplicaId> ended = new ArrayList<>();
    private final EngineSupervisor supervisor =
            new EngineSupervisor(
                    engines,
                    Optional.empty(),
                    store,
                    (kind, subject, detail) ->
                            told.add((kind + " " + subject + " " + detail).strip()),
                    Runnable::run,
                    clock,
                    4,
                    Duration.ofMinutes(5));

    {
        supervisor.onEnded(ended::add);
    }

    private Replica start(KeepAlive keepAlive) {
        return start(keepAlive, ID);
    }

    private Replica start(KeepAlive keepAlive, ReplicaId id) {
        supervisor.start(
                new WantedEngine(
                        id,
                        FakeStore.NAME,
                        FakeStore.DIGEST,
                        2048,
                        0,
                        Continuation.FLUENT,
                        keepAlive));
        return supervisor.find(id).orElseThrow();
    }

    private Replica ready(KeepAlive keepAlive) {
        return ready(keepAlive, ID);
    }

    private Replica ready(KeepAlive keepAlive, ReplicaId id) {
        Replica replica = start(keepAlive, id);
        engines.last().becomeReady();
        return replica;
    }

    private static KeepAlive minutes(long minutes) {
        return new KeepAlive.For(Duration.ofMinutes(minutes));
    }

    @Test
    void tellsWhenAnEngineIsReadyAndHowLongItTook() {
        Replica replica = start(minutes(5));
        assertThat(replica.state()).isEqualTo(new EngineState.Loading(1000));
        assertThat(replica.answering()).isEmpty();

        clock.advance(Duration.ofSeconds(3));
        engines.last().becomeReady();

        assertThat(replica.state())
                .isEqualTo(new EngineState.Ready(1000, "127.0.0.1:1000", Duration.ofSeconds(3)));
        assertThat(replica.answering()).isPresent();
        assertThat(engines.last().spec.slots()).isEqualTo(4);
        assertThat(told).containsExactly("REPLICA_READY r1");
    }

    @Test
    void tellsAnEngineWhetherItsModelHasATemplate() {
        start(minutes(5));
        assertThat(engines.last().spec.model().templated()).isTrue();

        store.putWithoutTemplate();
        start(minutes(5));

        assertThat(engines.last().spec.model().templated()).isFalse();
    }

    @Test
    void saysWhyAnEngineDidNotBecomeReady() {
        Replica replica = start(minutes(5));

        engines.last().end(1);

        assertThat(replica.state())
                .isEqualTo(new EngineState.Failed(OptionalInt.of(1), "exit code 1"));
        assertThat(told).containsExactly("REPLICA_FAILED r1 exit code 1");
        assertThat(ended).containsExactly(ID);
    }

    @Test
    void killsAnEngineThatDoesNotBecomeReadyInTime() {
        Replica replica = start(minutes(5));

        engines.last().beLate();

        assertThat(replica.state())
                .isEqualTo(new EngineState.Failed(OptionalInt.empty(), "not ready"));
        assertThat(engines.last().stops).containsExactly(Duration.ZERO);
    }

    @Test
    void saysThatThereIsNoEngineAndGoesOn() {
        engines.broken = true;

        Replica replica = start(minutes(5));

        assertThat(replica.state())
                .isEqualTo(new EngineState.Failed(OptionalInt.empty(), "llama-server: not there"));
        assertThat(told).containsExactly("REPLICA_FAILED r1 llama-server: not there");
    }

    @Test
    void startsNoEngineForAModelThatIsNotHereOrIsBroken() {
        store.clear();
        assertThat(start(minutes(5)).state().toString()).contains("not in this agent's store");

        store.put(Optional.of("not a GGUF file"));
        assertThat(start(minutes(5)).state().toString()).contains("not a GGUF file");

        assertThat(engines.started).isEmpty();
    }

    private String fault(Stages stages, String... options) {
        supervisor.start(
                new WantedEngine(
                        ID,
                        FakeStore.NAME,
                        FakeStore.DIGEST,
                        2048,
                        0,
                        Continuation.EXACT,
                        minutes(5),
                        stages,
                        List.of(options),
                        LoadOptions.NONE));
        return supervisor.find(ID).orElseThrow().state().toString();
    }

    private static Stages lent(int layers) {
        return new Stages(
                List.of(
                        new Stage(
                                new AgentId("a"),
                                "http://a:1",
                                Optional.of(new MemberId("m")),
                                layers)));
    }

    @Test
    void failsAnEngineWhoseOptionsOrStagesDoNotFit() {
        var gap = lent(2);
        var complete = lent(FakeStore.LAYERS + 1);

        assertThat(fault(Stages.NONE, "--log-file", "x")).contains("engine option: \"--log-file\"");
        assertThat(fault(Stages.NONE, "-ctv", "q8_0")).contains("with continuation exact");
        assertThat(fault(complete, "-ngl", "1")).contains("with a split model: -ngl");
        assertThat(fault(gap))
                .contains(
                        "its stages have 2 layers (expected: %d, its"
                                .formatted(FakeStore.LAYERS + 1));
        assertThat(engines.started).isEmpty();
    }

    @Test
    void tellsOfACrashAndStartsNothingAgain() {
        Replica replica = ready(minutes(5));

        engines.last().end(134);

        assertThat(replica.state())
                .isEqualTo(new EngineState.Exited(134, "exit code 134", Duration.ZERO));
        assertThat(replica.gate().take()).isEmpty();
        assertThat(engines.started).hasSize(1);
        assertThat(told).last().isEqualTo("REPLICA_EXITED r1 exit code 134");
        assertThat(ended).containsExactly(ID);
    }

    @Test
    void endsADrainingEngineWithItsLastRun() {
        Replica replica = ready(minutes(5));
        SlotGate.Slot slot = replica.gate().take().orElseThrow();

        supervisor.drain(ID);

        assertThat(replica.gate().take()).isEmpty();
        assertThat(engines.last().stops).isEmpty();
        slot.release();
        assertThat(engines.last().stops).hasSize(1);
        engines.last().end(0);
        assertThat(supervisor.find(ID)).isEmpty();
        assertThat(told).last().isEqualTo("REPLICA_STOPPED r1");
        assertThat(ended).isEmpty();
    }

    @Test
    void killsAnEngineThatIsNoLongerWantedBeforeItIsReady() {
        start(minutes(5));

        supervisor.drain(ID);

        assertThat(engines.last().stops).containsExactly(Duration.ZERO);
    }

    @Test
    void goesOnShowingTheLastReplicasThatEndedAndForgetsTheOlderOnes() {
        for (int crash = 0; crash < 9; crash++) {
            ready(minutes(5), new ReplicaId("r" + crash));
            engines.last().end(137);
            supervisor.drain(new ReplicaId("r" + crash));
        }

        assertThat(supervisor.replicas())
                .extracting(replica -> replica.id().value())
                .containsExactly("r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8");
    }

    @Test
    void tellsOnceThatAnIdleReplicasTimeIsOver() {
        ready(minutes(5));
        clock.advance(Duration.ofMinutes(5));

        supervisor.expireIdle();
        supervisor.expireIdle();

        assertThat(told).containsExactly("REPLICA_READY r1", "REPLICA_EXPIRED r1");
    }

    @Test
    void doesNotExpireAReplicaThatIsInUse() {
        Replica replica = ready(minutes(5));
        SlotGate.Slot slot = replica.gate().take().orElseThrow();
        clock.advance(Duration.ofMinutes(30));
        supervisor.expireIdle();
        assertThat(told).containsExactly("REPLICA_READY r1");

        slot.release();
        clock.advance(Duration.ofMinutes(5));
        supervisor.expireIdle();

        assertThat(told).containsExactly("REPLICA_READY r1", "REPLICA_EXPIRED r1");
    }

    @Test
    void expiresAtTheEndOfTheLastRunWhereNothingIsToStay() {
        Replica replica = ready(minutes(5));
        SlotGate.Slot first = replica.gate().take().orElseThrow();
        SlotGate.Slot second = replica.gate().take().orElseThrow();
        replica.keep(minutes(0));

        first.release();
        assertThat(told).containsExactly("REPLICA_READY r1");
        second.release();

        assertThat(told).containsExactly("REPLICA_READY r1", "REPLICA_EXPIRED r1");
    }

    @Test
    void takesNoNoticeOfEnginesThatEndWithTheAgent() {
        ready(minutes(5));

        supervisor.close();
        engines.last().end(137);

        assertThat(ended).isEmpty();
        assertThat(told).containsExactly("REPLICA_READY r1");
    }
}
