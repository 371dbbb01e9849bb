package dev.caravan.worker.app.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import dev.caravan.testkit.ManualClock;
import dev.caravan.worker.app.desired.Wanted;
import dev.caravan.worker.app.engine.EngineSupervisor;
import dev.caravan.worker.app.engine.FakeEngines;
import dev.caravan.worker.app.engine.FakeStore;
import dev.caravan.worker.app.engine.SlotGate;
import dev.caravan.worker.app.group.FakeRpcServers;
import dev.caravan.worker.app.group.MemberSupervisor;
import dev.caravan.worker.app.status.AgentStatus.Expiry;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class StatusBoardTest {

    private static final long GIBIBYTE = 1L << 30;

    private final ManualClock clock = ManualClock.anytime();
    private final FakeEngines engines = new FakeEngines();
    private final FakeStore store = new FakeStore();
    private final AtomicReference<HostMemory.Sample> memory =
            new AtomicReference<>(new HostMemory.Sample(8 * GIBIBYTE, 4 * GIBIBYTE, Map.of()));
    private final EngineSupervisor supervisor =
            new EngineSupervisor(
                    engines,
                    Optional.empty(),
                    store,
                    (_, _, _) -> {},
                    Runnable::run,
                    clock,
                    4,
                    Duration.ofMinutes(5));
    private final StatusBoard board =
            new StatusBoard(
                    supervisor,
                    new MemberSupervisor(
                            new FakeRpcServers(),
                            (_, _, _) -> {},
                            Runnable::run,
                            clock,
                            Duration.ZERO),
                    engines,
                    Optional.empty(),
                    store,
                    memory::get,
                    () -> Version.NONE,
                    Instant.ofEpochMilli(1000));

    private AgentStatus.ReplicaStatus replica() {
        return board.now().status().replicas().getFirst();
    }

    @Test
    void countsOnlyWhenSomethingHasChanged() {
        assertThat(board.now().sequence()).isEqualTo(1000);
        assertThat(board.now().sequence()).isEqualTo(1000);

        supervisor.start(Wanted.engine("r1"));

        assertThat(board.now().sequence()).isEqualTo(1001);
        assertThat(board.now().sequence()).isEqualTo(1001);
    }

    @Test
    void takesSmallMovesOfMemoryForNone() {
        long sequence = board.now().sequence();

        memory.set(new HostMemory.Sample(8 * GIBIBYTE, 4 * GIBIBYTE + 1_000_000, Map.of()));
        assertThat(board.now().sequence()).isEqualTo(sequence);
        memory.set(new HostMemory.Sample(8 * GIBIBYTE, 3 * GIBIBYTE, Map.of()));

        assertThat(board.now().sequence()).isEqualTo(sequence + 1);
        assertThat(board.now().status().memory().available()).isEqualTo(3 * GIBIBYTE);
    }

    @Test
    void tellsHowLongAReplicaStaysOnlyWhileItIsIdle() {
        supervisor.start(Wanted.engine("r1"));
        assertThat(replica().expiry()).isEqualTo(new Expiry.InUse());

        engines.last().becomeReady();
        assertThat(replica().expiry())
                .isEqualTo(
                        new Expiry.Idle(Optional.of(clock.instant().plus(Duration.ofMinutes(5)))));

        SlotGate.Slot slot =
                supervisor.find(new ReplicaId("r1")).orElseThrow().gate().take().orElseThrow();
        assertThat(replica().expiry()).isEqualTo(new Expiry.InUse());
        assertThat(replica().busy()).isEqualTo(1);
        slot.release();
        assertThat(replica().busy()).isZero();
    }

    @Test
    void addsUpWhatEnginesAndModelsTake() {
        supervisor.start(Wanted.engine("r1"));
        long pid = replica().state().processId();

        memory.set(new HostMemory.Sample(8 * GIBIBYTE, 4 * GIBIBYTE, Map.of(pid, GIBIBYTE)));

        assertThat(replica().memory()).isEqualTo(GIBIBYTE);
        assertThat(board.now().status().memory().used()).isEqualTo(GIBIBYTE);
        assertThat(board.now().status().store().models()).isEqualTo(42);
    }
}
