package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A model with a standby goes on when a machine is lost, without a load. */
@WithFaults
class StandbyIT {

    private static final Duration LOADED = Duration.ofSeconds(60);

    /** Far less than a load that a dead agent has to be found out for first. */
    private static final Duration WARM = Duration.ofSeconds(3);

    @Test
    void theStandbyAnswersWhenTheAgentOfTheFirstIsKilled(LocalCluster cluster) {
        String model = cluster.randomModel();
        LocalCluster.Said put = cluster.caravan("policy", model, "standby=1");
        assertThat(put.exit()).describedAs(put.text()).isZero();
        try {
            cluster.load(model);
            LocalCluster.Process first = cluster.agentOf(model);
            List<JsonNode> two = awaitReady(cluster, model, 2);
            long standby = pidElsewhere(cluster, first, two);
            assertThat(cluster.caravan("plan", model).text()).contains("standby  1 of 1 ready");

            LocalCluster.kill(first.pid());
            long killed = System.nanoTime();
            Answer answer =
                    cluster.client().post("/api/generate", OllamaClient.generate(model, "on", 8));
            Duration took = Duration.ofNanos(System.nanoTime() - killed);
            System.out.println(
                    "standby: answered " + took.toMillis() + " ms after its agent was killed");

            assertThat(answer.status()).describedAs(answer.error()).isEqualTo(200);
            assertThat(answer.last().path("eval_count").asInt()).isEqualTo(8);
            assertThat(took).isLessThan(WARM);
            assertThat(cluster.up().exit()).isZero();
            assertThat(awaitReady(cluster, model, 2))
                    .describedAs("the standby goes on and has one of its own")
                    .extracting(replica -> replica.path("pid").asLong())
                    .contains(standby);
        } finally {
            cluster.up();
            cluster.caravan("policy", model, "standby=0");
            cluster.unload(model);
        }
    }

    private static List<JsonNode> awaitReady(LocalCluster cluster, String model, int count) {
        return Awaitility.await("at least " + count + " replicas of " + model)
                .atMost(LOADED)
                .ignoreExceptions()
                .until(() -> cluster.ready(model), found -> found.size() >= count);
    }

    private static long pidElsewhere(
            LocalCluster cluster, LocalCluster.Process agent, List<JsonNode> replicas) {
        String there = cluster.report(agent).path("replicas").toString();
        return replicas.stream()
                .filter(replica -> !there.contains(replica.path("replicaId").asString()))
                .mapToLong(replica -> replica.path("pid").asLong())
                .findFirst()
                .orElseThrow(() -> new AssertionError("both on one agent: " + there));
    }
}
