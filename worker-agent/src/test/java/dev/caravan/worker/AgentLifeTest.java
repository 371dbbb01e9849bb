package dev.caravan.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.wire.AgentEvent;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.ReplicaState;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What becomes of engines when something around them changes; each test has an agent of its own.
 */
class AgentLifeTest {

    private static final String MODEL = "lively:latest";

    @TempDir private Path folder;

    @Test
    void startsAgainAfterARestartWhatItWasLoading() {
        long pid;
        AgentReport before;
        try (TestAgent agent = TestAgent.start(folder)) {
            ModelDigest digest = agent.make(MODEL, 5, folder);
            agent.desire(1, TestAgent.engine("r1", MODEL, digest, 2));
            pid = agent.await("r1", replica -> replica.pid() > 0).pid();
            before = agent.report();
        }
        assertThat(ProcessHandle.of(pid)).isEmpty();

        try (TestAgent agent = TestAgent.start(folder)) {
            AgentReport.Replica replica =
                    agent.await("r1", told -> told.state() == ReplicaState.READY);

            assertThat(replica.pid()).isNotEqualTo(pid);
            AgentReport after = agent.report();
            assertThat(after.agentId()).isEqualTo(before.agentId()).matches("[0-9a-f]{32}");
            assertThat(after.hostId()).isEqualTo(before.hostId()).matches("[0-9a-f]{32}");
            assertThat(after.sequence()).isGreaterThan(before.sequence());
            assertThat(after.desired().number()).isEqualTo(1);
            assertThat(agent.desire(0).statusCode()).isEqualTo(409);
        }
    }

    @Test
    void saysHowAnEngineEndedThatDidNotBecomeReady() {
        try (TestAgent agent =
                TestAgent.start(folder, "--caravan.worker.engine-arguments=--no-such-switch")) {
            ModelDigest digest = agent.make(MODEL, 5, folder);

            agent.desire(1, TestAgent.engine("r1", MODEL, digest, 2));

            AgentReport.Replica replica =
                    agent.await("r1", told -> told.state() == ReplicaState.FAILED);
            assertThat(replica.exitCode()).isEqualTo(1);
            assertThat(replica.fault()).contains("llama-server").contains("--no-such-switch");
        }
    }

    @Test
    void staysUpWithoutAnEngineAndNamesTheWayOut() {
        Path nowhere = folder.resolve("nowhere");
        try (TestAgent agent = TestAgent.start(folder, "--caravan.worker.engine-dir=" + nowhere)) {
            ModelDigest digest = agent.make(MODEL, 5, folder);

            agent.desire(1, TestAgent.engine("r1", MODEL, digest, 2));

            AgentReport.Replica replica =
                    agent.await("r1", told -> told.state() == ReplicaState.FAILED);
            assertThat(replica.fault())
                    .contains(nowhere.toString())
                    .contains("./caravan engine install");
            assertThat(agent.report().engine()).isNull();
            assertThat(agent.report().engineFault()).contains("./caravan engine install");
        }
    }

    @Test
    void pushesEventsWithTheReportOfThatMoment() {
        try (EventListeners listeners = new EventListeners()) {
            liveAndLetAnEngineDie(listeners);

            assertThat(listeners.events())
                    .extracting(AgentEvent::type)
                    .contains(AgentEvent.Type.AGENT_STOPPING);
        }
    }

    private void liveAndLetAnEngineDie(EventListeners listeners) {
        try (TestAgent agent = TestAgent.start(folder, listeners)) {
            ModelDigest digest = agent.make(MODEL, 5, folder);
            AgentReport.Replica replica = agent.load(1, TestAgent.engine("r1", MODEL, digest, 2));

            ProcessHandle.of(replica.pid()).orElseThrow().destroyForcibly();

            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .untilAsserted(
                            () ->
                                    assertThat(listeners.events())
                                            .extracting(AgentEvent::type)
                                            .contains(
                                                    AgentEvent.Type.AGENT_STARTED,
                                                    AgentEvent.Type.STORE_CHANGED,
                                                    AgentEvent.Type.REPLICA_READY,
                                                    AgentEvent.Type.REPLICA_EXITED));
            AgentEvent exited =
                    listeners.events().stream()
                            .filter(event -> event.type() == AgentEvent.Type.REPLICA_EXITED)
                            .findFirst()
                            .orElseThrow();
            assertThat(exited.subject()).isEqualTo("r1");
            assertThat(exited.detail()).contains("exit code 137").contains("listening on");
            assertThat(exited.report().replicas())
                    .singleElement()
                    .satisfies(
                            told -> {
                                assertThat(told.state()).isEqualTo(ReplicaState.EXITED);
                                assertThat(told.exitCode()).isEqualTo(137);
                            });
        }
    }
}
