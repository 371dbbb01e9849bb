package dev.caravan.core.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.admission.WaitingLine.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WaitingLineTest {

    private final WaitingLine<String> line = new WaitingLine<>();

    @Test
    void servesInTheOrderOfArrivalWhateverTheOrderOfJoining() {
        line.join(2, "second");
        line.join(3, "third");
        line.join(1, "first");

        assertThat(serveAll()).containsExactly("first", "second", "third");
        assertThat(line.isEmpty()).isTrue();
    }

    @Test
    void nobodyGoesBeforeOneThatIsBlocked() {
        line.join(1, "blocked");
        line.join(2, "behind");
        List<String> asked = new ArrayList<>();

        line.serve(
                who -> {
                    asked.add(who);
                    return Outcome.BLOCKED;
                });

        assertThat(asked).containsExactly("blocked");
        assertThat(line.size()).isEqualTo(2);
    }

    @Test
    void oneThatIsSkippedKeepsItsPlaceAndLetsOthersPass() {
        line.join(1, "waits for a load");
        line.join(2, "served");

        line.serve(who -> who.equals("served") ? Outcome.SERVED : Outcome.SKIPPED);

        assertThat(line.first()).hasValue(1);
        assertThat(line.size()).isEqualTo(1);
    }

    @Test
    void whoJoinsAgainStandsBeforeAllWhoCameLater() {
        line.join(1, "turned away");
        serveAll();
        line.join(2, "later");

        line.join(1, "turned away");

        assertThat(serveAll()).containsExactly("turned away", "later");
    }

    @Test
    void refusesAPlaceThatIsTaken() {
        line.join(1, "first");

        assertThatThrownBy(() -> line.join(1, "other"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("arrival: 1 (expected: a place that is not taken)");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void holdsExactlyThoseWhoJoinedAndDidNotLeave(long seed) {
        var random = new SplittableRandom(seed);
        var expected = new TreeSet<Long>();
        var numbers = new WaitingLine<Long>();

        for (int step = 0; step < 2_000; step++) {
            long arrival = random.nextLong(200);
            if (expected.contains(arrival)) {
                assertThat(numbers.leave(arrival)).isEqualTo(expected.remove(arrival));
            } else if (random.nextInt(3) > 0) {
                numbers.join(arrival, arrival);
                expected.add(arrival);
            } else {
                assertThat(numbers.leave(arrival)).isFalse();
            }
        }

        List<Long> served = new ArrayList<>();
        numbers.serve(
                arrival -> {
                    served.add(arrival);
                    return Outcome.SERVED;
                });
        assertThat(served).containsExactlyElementsOf(expected);
    }

    private List<String> serveAll() {
        List<String> served = new ArrayList<>();
        line.serve(
                who -> {
                    served.add(who);
                    return Outcome.SERVED;
                });
        return served;
    }
}
