package dev.caravan.worker.app.desired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import dev.caravan.worker.app.desired.Reconciliation.Step;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReconciliationTest {

    private static Set<ReplicaId> ids(String... ids) {
        return Stream.of(ids).map(ReplicaId::new).collect(Collectors.toSet());
    }

    private static DesiredState desired(Set<ReplicaId> ended, String... ids) {
        return new DesiredState(
                new Version(1, 1), Stream.of(ids).map(Wanted::engine).toList(), ended);
    }

    @Test
    void startsWhatIsMissingAfterEndingWhatIsNotWanted() {
        List<Step> steps = Reconciliation.steps(desired(ids(), "new", "kept"), ids("kept", "old"));

        assertThat(steps)
                .containsExactly(
                        new Step.End(new ReplicaId("old")), new Step.Start(Wanted.engine("new")));
    }

    @Test
    void doesNothingWhereAllIsAsDesired() {
        assertThat(Reconciliation.steps(desired(ids(), "a", "b"), ids("a", "b"))).isEmpty();
    }

    @Test
    void doesNotStartAgainWhatHasEnded() {
        assertThat(Reconciliation.steps(desired(ids("a"), "a", "b"), ids()))
                .containsExactly(new Step.Start(Wanted.engine("b")));
    }

    @Test
    void endsEverythingWhereNothingIsDesired() {
        assertThat(Reconciliation.steps(DesiredState.NONE, ids("b", "a")))
                .containsExactly(
                        new Step.End(new ReplicaId("a")), new Step.End(new ReplicaId("b")));
    }

    @Test
    void refusesAnIdThatIsThereTwice() {
        assertThatThrownBy(() -> desired(ids(), "a", "a"))
                .hasMessage("engines: [a, a] (expected: each replica id once)");
    }
}
