package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Engines die with their agent, and a dead engine is told of and started again on demand. */
@WithFaults
class EngineDeathIT {

    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void aKilledEngineIsReportedWithItsExitCodeAndStartedAgainOnDemand(LocalCluster cluster) {
        String model = cluster.fixture("F16", 1);
        EngineState engine = cluster.load(model);

        LocalCluster.kill(engine.pid());

        Awaitility.await("the agent reports exit code 137 within " + SOON)
                .atMost(SOON)
                .untilAsserted(
                        () -> {
                            JsonNode replica = cluster.lastReplica(model);
                            assertThat(replica.path("state").asString()).isEqualTo("EXITED");
                            assertThat(replica.path("exitCode").asInt()).isEqualTo(137);
                            assertThat(replica.path("fault").asString()).isNotEmpty();
                        });
        Answer again =
                cluster.client().post("/api/generate", OllamaClient.generate(model, "again", 8));
        assertThat(again.status()).describedAs(again.error()).isEqualTo(200);
        assertThat(again.last().path("eval_count").asInt()).isEqualTo(8);
    }

    @Test
    void noEngineOutlivesItsAgent(LocalCluster cluster) {
        String model = cluster.fixture("F16", 1);
        EngineState engine = cluster.load(model);

        LocalCluster.kill(cluster.agentOf(model).pid());

        cluster.awaitGone(engine.pid());
        assertThat(cluster.up().exit()).isZero();
        Answer again =
                cluster.client().post("/api/generate", OllamaClient.generate(model, "again", 8));
        assertThat(again.status()).describedAs(again.error()).isEqualTo(200);
    }

    @Test
    void noEngineOutlivesAnAgentThatDiesDuringALoad(LocalCluster cluster) {
        String model = cluster.bigFixture();
        LocalCluster.Process agent = cluster.agentHolding(model);
        CompletableFuture<Answer> cold =
                cluster.client()
                        .postAsync("/api/generate", OllamaClient.generate(model, "cold", 2));
        long engine =
                Awaitility.await("the engine has been started")
                        .atMost(SOON)
                        .until(() -> cluster.childEngine(agent.pid()), pid -> pid > 0);

        LocalCluster.kill(agent.pid());

        cluster.awaitGone(engine);
        assertThat(cluster.up().exit()).isZero();
        assertThat(cold.join().lines()).isNotEmpty();
        Answer again =
                cluster.client().post("/api/generate", OllamaClient.generate(model, "again", 2));
        assertThat(again.status()).describedAs(again.error()).isEqualTo(200);
    }

    @Test
    void anEngineWhoseLeashIsCutStillEndsWithTheCluster(LocalCluster cluster) {
        String model = cluster.fixture("F16", 1);
        EngineState engine = cluster.load(model);
        LocalCluster.Process agent = cluster.agentOf(model);
        for (long watcher : cluster.leashesOf(engine.pid())) {
            LocalCluster.kill(watcher);
        }

        LocalCluster.kill(agent.pid());
        assertThat(cluster.up().exit()).isZero();

        cluster.awaitGone(engine.pid());
    }
}
