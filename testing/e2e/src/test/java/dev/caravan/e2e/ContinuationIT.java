package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * Engines, members and agents are killed while they answer; the client gets the answer of an
 * undisturbed engine, with a pause. The oracle is made before, by an engine of its own.
 */
@ExtendWith(SharedCluster.class)
class ContinuationIT {

    @TempDir Path folder;

    @AfterEach
    void wholeAgain(LocalCluster cluster) {
        assertThat(cluster.up().exit()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "WHOLE, ENGINE, /api/generate, F16",
        "WHOLE, ENGINE, /api/chat, Q4_K_M",
        "WHOLE, AGENT, /api/generate, Q4_K_M",
        "WHOLE, AGENT, /api/chat, F16",
        "MEMBER, ENGINE, /api/generate, F16",
        "MEMBER, ENGINE, /api/chat, Q4_K_M",
        "MEMBER, AGENT, /api/generate, Q4_K_M",
        "MEMBER, AGENT, /api/chat, F16",
        "HEAD, ENGINE, /api/generate, F16",
        "HEAD, ENGINE, /api/chat, Q4_K_M",
        "HEAD, AGENT, /api/generate, Q4_K_M",
        "HEAD, AGENT, /api/chat, F16",
    })
    void anAnswerGoesOnWhereItsReplicaDied(
            Faults.Shape shape,
            Faults.Victim victim,
            String route,
            String type,
            LocalCluster cluster)
            throws Exception {
        Faults faults = Faults.on(cluster, type, folder);
        String prompt = cluster.randomText();
        String expected = faults.oracle(route, prompt);
        faults.policy("exact", shape);

        Faults.Broken broken = faults.kill(shape, victim, route, prompt);

        JsonNode last = broken.answer().last();
        assertThat(broken.answer().error()).isEmpty();
        assertThat(broken.tokensAfter()).isGreaterThanOrEqualTo(60);
        assertThat(last.path("continued").path("times").asInt()).isEqualTo(1);
        assertThat(broken.answer().text()).isEqualTo(expected);
        assertThat(last.path("continued").path("exact").asBoolean()).isTrue();
        assertThat(last.path("eval_count").asInt()).isEqualTo(Faults.PREDICT);
        System.out.printf(
                "%s %s %s %s: killed after %d tokens, pause %d ms%n",
                shape, victim, route, type, broken.tokensBefore(), broken.pause().toMillis());
    }
}
