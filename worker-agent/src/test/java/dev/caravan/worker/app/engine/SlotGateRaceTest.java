package dev.caravan.worker.app.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SlotGateRaceTest {

    private static final int THREADS = 8;
    private static final int ROUNDS = 20_000;
    private static final int SLOTS = 3;

    @Test
    void neverGrantsMoreThanItsSlotsHoweverManyAskAndGiveBackTwice() throws Exception {
        SlotGate gate = new SlotGate(SLOTS, () -> {});
        AtomicInteger held = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger granted = new AtomicInteger();

        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                all.add(threads.submit(() -> take(gate, held, most, granted)));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }

        assertThat(most.get()).isBetween(1, SLOTS);
        assertThat(granted.get()).isPositive();
        assertThat(gate.busy()).isZero();
        assertThat(gate.running()).isZero();
    }

    private static void take(
            SlotGate gate, AtomicInteger held, AtomicInteger most, AtomicInteger granted) {
        for (int round = 0; round < ROUNDS; round++) {
            Optional<SlotGate.Slot> slot = gate.take();
            if (slot.isPresent()) {
                granted.incrementAndGet();
                most.accumulateAndGet(held.incrementAndGet(), Math::max);
                Thread.onSpinWait();
                held.decrementAndGet();
                if (round % 2 == 0) {
                    slot.get().settle();
                }
                slot.get().release();
                slot.get().release();
            }
        }
    }
}
