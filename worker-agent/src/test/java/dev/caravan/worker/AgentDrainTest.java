package dev.caravan.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.model.ModelDigest;
import dev.caravan.wire.AgentEvent;
import dev.caravan.wire.AgentReport;
import dev.caravan.wire.Frame;
import dev.caravan.wire.Refusal;
import dev.caravan.wire.Routes;
import dev.caravan.wire.SlotsLine;
import dev.caravan.wire.WireJson;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent that is told to end, as SIGTERM tells it. */
class AgentDrainTest {

    private static final String MODEL = "lively:latest";

    @TempDir private Path folder;

    private AgentReport.Replica load(TestAgent agent) {
        ModelDigest digest = agent.make(MODEL, 5, folder);
        return agent.load(1, TestAgent.engine("r1", MODEL, digest, 2));
    }

    @Test
    void endsItsAnswersAndTakesNoNewOnes() throws Exception {
        try (EventListeners listeners = new EventListeners();
                TestAgent agent = TestAgent.start(folder, listeners)) {
            AgentReport.Replica replica = load(agent);
            try (TestAgent.Answer answer =
                            agent.run(TestAgent.prompt(replica, "The caravan", 3000));
                    TestAgent.Lines slots = agent.lines(Routes.SLOTS)) {
                assertThat(answer.next()).isInstanceOf(Frame.Head.class);

                CompletableFuture<Void> end = CompletableFuture.runAsync(agent::end);

                assertThat(
                                Stream.generate(() -> slots.next(SlotsLine.class))
                                        .flatMap(line -> line.replicas().stream())
                                        .filter(load -> load.busy() == load.total())
                                        .findFirst())
                        .isPresent();
                assertThat(listeners.events())
                        .extracting(AgentEvent::type)
                        .contains(AgentEvent.Type.AGENT_STOPPING);
                Refusal refusal = refused(agent.run(TestAgent.prompt(replica, "Once", 5)));
                assertThat(refusal.code()).isEqualTo("BUSY");
                assertThat(refusal.error()).contains("draining");
                assertThat(answer.all().getLast())
                        .isInstanceOfSatisfying(
                                Frame.End.class,
                                last -> assertThat(last.answerTokens()).isEqualTo(3000));
                end.get(20, TimeUnit.SECONDS);
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> ProcessHandle.of(replica.pid()).isEmpty());
        }
    }

    private static Refusal refused(TestAgent.Answer answer) throws Exception {
        assertThat(answer.response().statusCode()).isEqualTo(503);
        return WireJson.mapper().readValue(answer.response().body().readAllBytes(), Refusal.class);
    }

    @Test
    void handsOnWhatHasNotEndedInTime() throws Exception {
        try (TestAgent agent = TestAgent.start(folder, "--caravan.worker.drain=1s")) {
            AgentReport.Replica replica = load(agent);
            try (TestAgent.Answer answer =
                    agent.run(TestAgent.prompt(replica, "The caravan", 1_000_000))) {
                assertThat(answer.next()).isInstanceOf(Frame.Head.class);

                CompletableFuture<Void> end = CompletableFuture.runAsync(agent::end);

                assertThat(answer.all().getLast())
                        .isInstanceOfSatisfying(
                                Frame.Fail.class,
                                fail -> {
                                    assertThat(fail.code()).isEqualTo("UPSTREAM_FAILED");
                                    assertThat(fail.repeatable()).isTrue();
                                    assertThat(fail.message()).startsWith("agent is stopping");
                                });
                end.get(10, TimeUnit.SECONDS);
            }
        }
    }
}
