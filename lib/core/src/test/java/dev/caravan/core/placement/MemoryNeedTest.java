package dev.caravan.core.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.ModelFacts;
import org.junit.jupiter.api.Test;

class MemoryNeedTest {

    private static final ModelFacts FACTS =
            new ModelFacts(32, ByteSize.ofMebibytes(4096), 1024, 8192, 4096);

    @Test
    void countsTheCacheOfEverySlot() {
        ByteSize need = MemoryNeed.of(FACTS, 4096, 4);

        assertThat(need)
                .isEqualTo(
                        ByteSize.ofMebibytes(4096)
                                .plus(ByteSize.ofMebibytes(16))
                                .plus(MemoryNeed.RESERVE));
    }

    @Test
    void tellsTheContextThatWouldFit() {
        ByteSize room = MemoryNeed.of(FACTS, 2048, 4);

        assertThat(MemoryNeed.contextWithin(room, FACTS, 4)).isEqualTo(2048);
        assertThat(MemoryNeed.contextWithin(ByteSize.ofMebibytes(4096), FACTS, 4)).isZero();
    }

    @Test
    void refusesAnEngineWithoutSlots() {
        assertThatThrownBy(() -> MemoryNeed.of(FACTS, 4096, 0))
                .hasMessage("context 4096, slots 0 (expected: both >= 1)");
    }
}
