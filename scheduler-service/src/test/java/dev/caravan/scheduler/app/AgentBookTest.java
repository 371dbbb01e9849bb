package dev.caravan.scheduler.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.AgentSnapshot.Verdict;
import dev.caravan.core.cluster.ReplicaId;
import dev.caravan.core.cluster.Version;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AgentBookTest {

    private static final AgentId A = new AgentId("a");

    private final AgentBook book = new AgentBook();
    private final Cluster cluster = new Cluster();

    @Test
    void keepsTheNewerReportWhicheverWayItCame() {
        AgentStatus older = cluster.agent("a", 1);
        AgentStatus newer = cluster.runs("a", "one", Cluster.DIGEST, 4096, Version.NONE);
        book.said(newer);

        book.recorded(older);

        assertThat(book.find(A)).contains(newer);
    }

    @Test
    void takesTheVerdictOfARecordEvenWhereItsReportIsOlder() {
        AgentStatus older = cluster.agent("a", 1).with(Verdict.SUSPECT);
        AgentStatus newer = cluster.runs("a", "one", Cluster.DIGEST, 4096, Version.NONE);
        book.said(newer);

        book.recorded(older);

        assertThat(book.find(A)).contains(newer.with(Verdict.SUSPECT));
    }

    @Test
    void doesNotHoldTheVerdictOnADeadProcessAgainstTheNextOne() {
        AgentStatus dead = cluster.agent("a", 1).with(Verdict.DOWN);
        book.recorded(dead);

        book.said(cluster.restarts("a"));
        book.recorded(dead);

        assertThat(book.alive()).extracting(AgentStatus::id).containsExactly(A);
    }

    @Test
    void leavesItToTheHealthServiceWhichOfTwoAgentsOfOneIdIsTheOne() {
        AgentStatus first = cluster.agent("a", 1);
        AgentStatus second = elsewhere(cluster.restarts("a"));
        book.recorded(first);

        book.said(second);
        assertThat(book.find(A)).contains(first);

        book.recorded(second);
        assertThat(book.find(A)).contains(second);
    }

    private static AgentStatus elsewhere(AgentStatus status) {
        return new AgentStatus(
                status.id(),
                status.hostId(),
                "http://10.0.0.9:1",
                status.verdict(),
                status.startedAt(),
                status.sequence(),
                status.engine(),
                status.engineFault(),
                status.memory(),
                status.desired(),
                status.replicas(),
                status.members(),
                status.models());
    }

    @Test
    void countsAnAgentThatSaidItStopsAsDownUntilItStartsAgain() {
        AgentStatus stopping = cluster.agent("a", 1);
        book.said(stopping);

        book.stopping(A, stopping.startedAt());
        book.recorded(stopping);

        assertThat(book.alive()).isEmpty();
        book.said(cluster.restarts("a"));
        assertThat(book.alive()).hasSize(1);
    }

    @Test
    void forgetsAnAgentOnlyWhenItIsDownAndNobodyListsIt() {
        book.said(cluster.agent("a", 1));
        book.recorded(cluster.agent("b", 1).with(Verdict.DOWN));
        book.recorded(cluster.agent("c", 1).with(Verdict.DOWN));

        book.forgetDownExcept(Set.of(new AgentId("c")));

        assertThat(book.all()).extracting(status -> status.id().value()).containsExactly("a", "c");
    }

    @Test
    void remembersSinceWhenAReplicaHasBeenLeftAlone() {
        IdleTimes times = new IdleTimes();
        cluster.agent("a", 1);
        ReplicaId one = new ReplicaId("one");
        times.observe(Set.of(cluster.runs("a", "one", Cluster.DIGEST, 4096, Version.NONE)), 100);
        times.observe(Set.of(cluster.serves("a", one, 1)), 200);

        times.observe(Set.of(cluster.serves("a", one, 0)), 300);
        times.observe(Set.of(cluster.of("a")), 400);

        assertThat(times.since(one)).isEqualTo(300);
    }
}
