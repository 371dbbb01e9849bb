package dev.caravan.worker.app.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SlotGateTest {

    private final AtomicInteger changes = new AtomicInteger();
    private final SlotGate gate = new SlotGate(2, changes::incrementAndGet);

    @Test
    void grantsItsSlotsAndNoMore() {
        assertThat(gate.take()).isPresent();
        assertThat(gate.take()).isPresent();

        assertThat(gate.take()).isEmpty();
        assertThat(gate.busy()).isEqualTo(2);
    }

    @Test
    void grantsASlotAgainThatWasReleased() {
        assertThat(gate.take()).isPresent();
        SlotGate.Slot slot = gate.take().orElseThrow();

        slot.release();

        assertThat(gate.busy()).isEqualTo(1);
        assertThat(gate.take()).isPresent();
    }

    @Test
    void takesASlotBackOnlyOnce() {
        SlotGate.Slot slot = gate.take().orElseThrow();
        assertThat(gate.take()).isPresent();

        slot.release();
        slot.release();
        slot.settle();

        assertThat(gate.busy()).isEqualTo(1);
        assertThat(gate.running()).isEqualTo(1);
    }

    @Test
    void keepsASlotWhileTheEngineSettles() {
        SlotGate.Slot slot = gate.take().orElseThrow();

        slot.settle();

        assertThat(gate.busy()).isEqualTo(1);
        assertThat(gate.running()).isZero();
        slot.release();
        assertThat(gate.busy()).isZero();
    }

    @Test
    void grantsNothingOnceItIsClosed() {
        SlotGate.Slot slot = gate.take().orElseThrow();

        gate.close();

        assertThat(gate.take()).isEmpty();
        slot.release();
        assertThat(gate.busy()).isZero();
    }

    @Test
    void tellsEachChange() {
        SlotGate.Slot slot = gate.take().orElseThrow();
        slot.release();
        slot.release();

        assertThat(changes).hasValue(2);
    }

    @Test
    void refusesToHaveNoSlots() {
        assertThatThrownBy(() -> new SlotGate(0, () -> {})).hasMessage("slots: 0 (expected: >= 1)");
    }
}
