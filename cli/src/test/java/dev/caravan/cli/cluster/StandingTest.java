package dev.caravan.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.wire.AgentRecord;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.NodesMessage;
import dev.caravan.wire.VersionMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StandingTest {

    private static final String HERE = "http://10.0.0.2:4000";

    @Test
    void isReadyWhenReachedAtItsAddressAndSaysWhyThatOne() {
        assertThat(standing(List.of(node("a", HERE, "READY", "")), null))
                .isEqualTo(new Standing.Ready("why"));
    }

    @Test
    void waitsWhileItIsNotKnownOrSuspected() {
        assertThat(standing(List.of(), null)).isInstanceOf(Standing.Waiting.class);
        assertThat(standing(List.of(node("b", HERE, "READY", "")), null))
                .isInstanceOf(Standing.Waiting.class);
        assertThat(standing(List.of(node("a", HERE, "SUSPECT", "slow")), null))
                .isEqualTo(new Standing.Waiting("SUSPECT: slow"));
        assertThat(
                        standing(
                                List.of(),
                                List.of(new NodesMessage.Unusable(HERE, "SILENT", "starting"))))
                .isEqualTo(new Standing.Waiting("starting"));
    }

    @Test
    void isWrongWhereItCannotBeReached() {
        String reason = HERE + ": connection timed out";

        assertThat(standing(List.of(node("a", HERE, "UNREACHABLE", reason)), null))
                .isEqualTo(new Standing.Wrong(reason));
        assertThat(
                        standing(
                                List.of(),
                                List.of(new NodesMessage.Unusable(HERE, "UNREACHABLE", reason))))
                .isEqualTo(new Standing.Wrong(reason));
    }

    @Test
    void isWrongWhereAnotherAgentHasItsIdAndNamesBothAddresses() {
        assertThat(standing(List.of(node("a", "http://10.0.0.9:1", "READY", "")), null))
                .isInstanceOfSatisfying(
                        Standing.Wrong.class,
                        wrong ->
                                assertThat(wrong.reason())
                                        .contains("http://10.0.0.9:1", HERE, "agent-id"));
    }

    private static Standing standing(
            List<AgentRecord> nodes, @Nullable List<NodesMessage.Unusable> unusable) {
        return Standing.of(new NodesMessage(false, "", nodes, unusable), "a", HERE);
    }

    private static AgentRecord node(String id, String address, String verdict, String reason) {
        AgentReport report =
                new AgentReport(
                        id,
                        "host",
                        address,
                        "0.1.0",
                        1,
                        1,
                        null,
                        "none",
                        1,
                        new AgentReport.Memory(1, 1, 1, 0),
                        new AgentReport.Store(1, 0),
                        new VersionMessage(0, 0),
                        List.of(),
                        null,
                        List.of(),
                        null,
                        "why");
        return new AgentRecord(report, verdict, reason, 1);
    }
}
