package dev.caravan.worker.app.desired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import dev.caravan.worker.app.desired.Reconciliation.Step;
import dev.caravan.worker.app.engine.MemberId;
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
                new Version(1, 1),
                new Wishes(Stream.of(ids).map(Wanted::engine).toList(), List.of()),
                ended,
                Set.of());
    }

    @Test
    void startsWhatIsMissingAfterEndingWhatIsNotWanted() {
        List<Step> steps =
                Reconciliation.steps(desired(ids(), "new", "kept"), ids("kept", "old"), Set.of());

        assertThat(steps)
                .containsExactly(
                        new Step.End(new ReplicaId("old")), new Step.Start(Wanted.engine("new")));
    }

    @Test
    void doesNothingWhereAllIsAsDesired() {
        assertThat(Reconciliation.steps(desired(ids(), "a", "b"), ids("a", "b"), Set.of()))
                .isEmpty();
    }

    @Test
    void doesNotStartAgainWhatHasEnded() {
        assertThat(Reconciliation.steps(desired(ids("a"), "a", "b"), ids(), Set.of()))
                .containsExactly(new Step.Start(Wanted.engine("b")));
    }

    @Test
    void endsEverythingWhereNothingIsDesired() {
        assertThat(Reconciliation.steps(DesiredState.NONE, ids("b", "a"), Set.of()))
                .containsExactly(
                        new Step.End(new ReplicaId("a")), new Step.End(new ReplicaId("b")));
    }

    @Test
    void refusesAnIdThatIsThereTwice() {
        assertThatThrownBy(() -> desired(ids(), "a", "a"))
                .hasMessage("engines: [a, a] (expected: each replica id once)");
    }

    @Test
    void startsMembersBeforeEnginesAndEndsThemAfter() {
        DesiredState desired =
                new DesiredState(
                        new Version(1, 1),
                        new Wishes(
                                List.of(Wanted.engine("new")),
                                List.of(Wanted.member("m-new"), Wanted.member("m-kept"))),
                        Set.of(),
                        Set.of());

        assertThat(
                        Reconciliation.steps(
                                desired,
                                ids("old"),
                                Set.of(new MemberId("m-old"), new MemberId("m-kept"))))
                .containsExactly(
                        new Step.End(new ReplicaId("old")),
                        new Step.EndMember(new MemberId("m-old")),
                        new Step.StartMember(Wanted.member("m-new")),
                        new Step.Start(Wanted.engine("new")));
    }

    @Test
    void doesNotStartAMemberAgainThatHasEnded() {
        DesiredState desired =
                new DesiredState(
                        new Version(1, 1),
                        new Wishes(List.of(), List.of(Wanted.member("m"))),
                        Set.of(),
                        Set.of(new MemberId("m")));

        assertThat(Reconciliation.steps(desired, Set.of(), Set.of())).isEmpty();
    }

    @Test
    void refusesAMemberThatIsThereTwice() {
        assertThatThrownBy(
                        () ->
                                new Wishes(
                                        List.of(), List.of(Wanted.member("m"), Wanted.member("m"))))
                .hasMessage("members: [m, m] (expected: each member id once)");
    }
}
