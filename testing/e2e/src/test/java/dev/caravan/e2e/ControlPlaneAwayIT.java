package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The failure table of ARCHITECTURE.md, row by row. A service is away by SIGSTOP, which is the
 * worse case: its connections stay open and nothing answers.
 */
@WithFaults
class ControlPlaneAwayIT {

    private static final Duration AWAY =
            Duration.ofSeconds(Long.getLong("caravan.e2e.away-seconds", 10));

    @ParameterizedTest
    @CsvSource({"scheduler, false", "registry, true", "health, true", "redis, false"})
    void loadedModelsAnswerAndOthersDoWhatTheTableSays(
            String service, boolean coldWorks, LocalCluster cluster) throws Exception {
        String warm = cluster.fixture("F16", 1);
        cluster.load(warm);
        String cold = cluster.randomModel();
        LocalCluster.Process away = cluster.process(service);

        LocalCluster.signal("STOP", away.pid());
        try {
            Instant until = Instant.now().plus(AWAY);
            int answers = 0;
            while (Instant.now().isBefore(until)) {
                Answer answer =
                        cluster.client()
                                .post("/api/generate", OllamaClient.generate(warm, "on", 16));
                assertThat(answer.status()).describedAs(answer.error()).isEqualTo(200);
                assertThat(answer.last().path("eval_count").asInt()).isEqualTo(16);
                answers++;
                Thread.sleep(100);
            }
            assertThat(answers).isGreaterThan(10);
            HttpResponse<String> unloaded =
                    cluster.client()
                            .raw(
                                    "POST",
                                    "/api/generate",
                                    OllamaClient.generate(cold, "cold", 4).toString());
            if (coldWorks) {
                assertThat(unloaded.statusCode()).describedAs(unloaded.body()).isEqualTo(200);
            } else {
                assertThat(unloaded.statusCode()).describedAs(unloaded.body()).isEqualTo(503);
                assertThat(unloaded.headers().firstValue("Retry-After")).isPresent();
                assertThat(unloaded.body()).contains("error");
            }
        } finally {
            LocalCluster.signal("CONT", away.pid());
        }

        awaitAnswer(cluster, cold);
    }

    @Test
    void flushingRedisCostsNoWarmRequestAndAllIsDerivedAgain(LocalCluster cluster) {
        String warm = cluster.fixture("F16", 1);
        cluster.load(warm);
        String cold = cluster.randomModel();

        cluster.redis("FLUSHALL");

        for (int n = 0; n < 30; n++) {
            Answer answer =
                    cluster.client().post("/api/generate", OllamaClient.generate(warm, "on", 8));
            assertThat(answer.status()).describedAs(answer.error()).isEqualTo(200);
        }
        awaitAnswer(cluster, cold);
        Awaitility.await("view and catalogue are in Redis again")
                .atMost(Duration.ofSeconds(15))
                .until(
                        () ->
                                cluster.redis("EXISTS", "caravan:v1:view").contains("1")
                                        && cluster.redis("KEYS", "caravan:v1:catalogue:*")
                                                .contains("caravan"));
    }

    private static void awaitAnswer(LocalCluster cluster, String model) {
        Awaitility.await("the cluster converges within 30 s")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(500))
                .until(
                        () ->
                                cluster.client()
                                                .post(
                                                        "/api/generate",
                                                        OllamaClient.generate(model, "back", 4))
                                                .status()
                                        == 200);
    }
}
