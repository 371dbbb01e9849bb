package dev.caravan.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.testkit.LocalRedis;
import dev.caravan.wire.AgentEvent;
import dev.caravan.wire.DesiredEngines;
import dev.caravan.wire.LoadAnswer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A model that only an adopted Ollama has. */
class AdoptedOllamaTest {

    private static final long WAIT_MILLIS = 20_000;

    @RegisterExtension static final LocalRedis REDIS = LocalRedis.own();

    @TempDir static Path folder;

    @Test
    void isLoadedThereThoughItsAgentHasNoEngineAndNoRoomOfItsOwn() {
        try (RunningScheduler scheduler = RunningScheduler.start(REDIS.url(), folder);
                FakeAgent agent = FakeAgent.withOllamaElsewhere(400);
                FakeAgent other = new FakeAgent(8192)) {
            scheduler.hears(other, AgentEvent.Type.AGENT_STARTED, other.id());
            scheduler.hears(agent, AgentEvent.Type.AGENT_STARTED, agent.id());
            await().until(() -> scheduler.askFor(agent, 4096, 50).join().statusCode() == 200);

            CompletableFuture<LoadAnswer> answer = scheduler.load(agent, 4096, WAIT_MILLIS);
            await().until(() -> !agent.accepted().isEmpty());
            scheduler.hears(agent, AgentEvent.Type.REPLICA_READY, agent.becomesReady());

            assertThat(answer.join().state()).isEqualTo(LoadAnswer.State.READY);
            DesiredEngines.Engine engine = agent.accepted().getFirst().engines().getFirst();
            assertThat(engine.digest()).isEqualTo(agent.digest());
            assertThat(engine.continuation()).isEqualTo("fluent");
            assertThat(other.accepted()).isEmpty();
        }
    }
}
