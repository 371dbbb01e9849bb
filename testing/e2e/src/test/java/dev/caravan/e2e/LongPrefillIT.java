package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** A prompt that takes long is progress, not a fault; no setting is needed for it. */
@OnSharedCluster
class LongPrefillIT {

    private static final Duration AT_LEAST = Duration.ofSeconds(40);

    @Test
    void aFirstTokenThatTakesFortySecondsComes(LocalCluster cluster) {
        String model = cluster.bigFixture();
        int words = 60;
        firstTokenOf(cluster, model, words); // loads the model
        Duration took = firstTokenOf(cluster, model, words);
        while (took.compareTo(AT_LEAST) < 0) {
            // time grows faster than length: attention looks back at all that came before
            words =
                    (int)
                            (words
                                    * Math.clamp(
                                            0.85 * AT_LEAST.toMillis() / took.toMillis(), 1.2, 60));
            took = firstTokenOf(cluster, model, words);
        }
    }

    private static Duration firstTokenOf(LocalCluster cluster, String model, int words) {
        Instant asked = Instant.now();
        Answer answer = cluster.client().post("/api/generate", prompt(cluster, model, words));
        assertThat(answer.status()).describedAs(answer.error()).isEqualTo(200);
        assertThat(answer.last().path("eval_count").asInt()).isEqualTo(2);
        Duration took = Duration.between(asked, answer.firstAt());
        System.out.println("first token of " + words + " words after " + took.toMillis() + " ms");
        return took;
    }

    private static ObjectNode prompt(LocalCluster cluster, String model, int words) {
        ObjectNode body = OllamaClient.generate(model, cluster.longText(words), 2);
        ((ObjectNode) body.get("options")).put("num_ctx", 16384);
        return body;
    }
}
