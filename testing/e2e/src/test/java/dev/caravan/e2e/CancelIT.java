package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** A client that leaves frees what it held, at the engine too. */
@AloneOnSharedCluster
class CancelIT {

    private static final Duration SOON = Duration.ofSeconds(5);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void leavingInMidAnswerFreesTheEnginesSlot(boolean stream, LocalCluster cluster)
            throws Exception {
        String model = cluster.fixture("F16", 1);
        EngineState engine = cluster.load(model);
        ObjectNode body =
                OllamaClient.generate(model, cluster.randomText(), 3000).put("stream", stream);

        try (LeavingClient client =
                new LeavingClient(cluster.client().base(), "/api/generate", body)) {
            if (stream) {
                client.awaitFirstByte();
            }
            Awaitility.await("the engine is busy")
                    .atMost(SOON)
                    .until(() -> engine.busySlots() == 1);
        }

        Awaitility.await("the engine's slot is free within " + SOON)
                .atMost(SOON)
                .until(() -> engine.busySlots() == 0);
        assertThat(engine.get("/slots").toString()).doesNotContain("\"n_decoded\":3000");
    }

    @Test
    void twentyThatLeaveBeforeTheFirstByteCostTheNextTwentyNothing(LocalCluster cluster)
            throws Exception {
        String model = cluster.fixture("F16", 1);
        EngineState engine = cluster.load(model);
        List<LeavingClient> leaving = new ArrayList<>();
        for (int n = 0; n < 20; n++) {
            ObjectNode body = OllamaClient.generate(model, cluster.longText(200), 2000);
            leaving.add(new LeavingClient(cluster.client().base(), "/api/generate", body));
        }
        Awaitility.await("work has begun").atMost(SOON).until(() -> engine.busySlots() > 0);
        for (LeavingClient client : leaving) {
            client.close();
        }

        List<CompletableFuture<Answer>> good = new ArrayList<>();
        for (int n = 0; n < 20; n++) {
            good.add(
                    cluster.client()
                            .postAsync(
                                    "/api/generate",
                                    OllamaClient.generate(model, cluster.randomText(), 8)));
        }

        assertThat(good)
                .allSatisfy(
                        answer -> {
                            assertThat(answer.join().status()).isEqualTo(200);
                            assertThat(answer.join().last().path("eval_count").asInt())
                                    .isEqualTo(8);
                        });
        Awaitility.await("nothing runs on").atMost(SOON).until(() -> engine.busySlots() == 0);
        assertThat(cluster.client().json("/api/distributed/requests").path("requests")).isEmpty();
    }
}
