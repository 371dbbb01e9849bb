package dev.caravan.core.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetryBudgetTest {

    @Test
    void givesTheReserveAndThenAShareOfTheRequests() {
        var budget = new RetryBudget(0.2, 3);

        assertThat(withdrawals(budget, 10)).isEqualTo(3);
        IntStream.range(0, 20).forEach(request -> budget.deposit());

        assertThat(withdrawals(budget, 10)).isEqualTo(3);
        IntStream.range(0, 10).forEach(request -> budget.deposit());

        assertThat(withdrawals(budget, 10)).isEqualTo(2);
    }

    @Test
    void neverHoldsMoreThanItsReserve() {
        var budget = new RetryBudget(1, 2);

        IntStream.range(0, 100).forEach(request -> budget.deposit());

        assertThat(withdrawals(budget, 10)).isEqualTo(2);
    }

    @Test
    void refusesAShareOutsideItsRange() {
        assertThatThrownBy(() -> new RetryBudget(1.5, 1))
                .hasMessageContaining("share 1.5, reserve 1 (expected: 0 <= share <= 1");
    }

    private static long withdrawals(RetryBudget budget, int tries) {
        return IntStream.range(0, tries).filter(attempt -> budget.withdraw()).count();
    }
}
