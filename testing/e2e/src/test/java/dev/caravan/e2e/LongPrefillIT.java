package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.node.ObjectNode;

/** A prompt that takes long is progress, not a fault; no setting is needed for it. */
@ExtendWith(SharedCluster.class)
class LongPrefillIT {

    private static final Duration AT_LEAST = Duration.ofSeconds(40);

    @Test
    void aFirstTokenThatTakesFortySecondsComes(LocalCluster cluster) {
        String model = cluster.bigFixture();
        int probe = 60;
        Answer warm = cluster.client().post("/api/generate", prompt(cluster, model, probe));
        double perToken =
                warm.last().path("prompt_eval_duration").asLong()
                        / (double) warm.last().path("prompt_eval_count").asInt();
        int words =
                (int)
                        (AT_LEAST.toNanos()
                                / perToken
                                * probe
                                * 1.3
                                / warm.last().path("prompt_eval_count").asInt());

        Instant asked = Instant.now();
        Answer answer = cluster.client().post("/api/generate", prompt(cluster, model, words));

        assertThat(answer.status()).describedAs(answer.error()).isEqualTo(200);
        assertThat(answer.last().path("eval_count").asInt()).isEqualTo(2);
        assertThat(Duration.between(asked, answer.firstAt())).isGreaterThan(AT_LEAST);
    }

    private static ObjectNode prompt(LocalCluster cluster, String model, int words) {
        ObjectNode body = OllamaClient.generate(model, cluster.longText(words), 2);
        ((ObjectNode) body.get("options")).put("num_ctx", 16384);
        return body;
    }
}
