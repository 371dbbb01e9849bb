package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** Texts that are known beforehand, from the weights of a model to the client. */
@OnSharedCluster
class ScriptedIT {

    private static final String TEXT =
            "Caravan says: the camel \uD83D\uDC2B and the camel, \u6F22\u5B57 and\nthe end, the end.";

    @ParameterizedTest
    @ValueSource(strings = {"/api/generate", "/api/chat"})
    void theClientGetsExactlyWhatTheModelSays(String route, LocalCluster cluster) {
        String model = cluster.saying(TEXT, "--layers", "2");
        String prompt = cluster.randomText();
        ObjectNode body =
                route.endsWith("chat")
                        ? OllamaClient.chat(model, prompt, 500)
                        : OllamaClient.generate(model, prompt, 500);

        Answer answer = cluster.client().post(route, body);

        assertThat(answer.text()).isEqualTo(TEXT);
        assertThat(answer.last().path("done_reason").asString()).isEqualTo("stop");
        assertThat(answer.pieces()).hasSizeGreaterThan(10);
    }

    @Test
    void anEndlessAnswerEndsAtTheLimit(LocalCluster cluster) {
        String model = cluster.saying("on and on, ", "--endless", "--layers", "2");

        Answer answer =
                cluster.client().post("/api/generate", OllamaClient.generate(model, "go", 200));

        assertThat("on and on, ".repeat(200)).startsWith(answer.text());
        assertThat(answer.last().path("eval_count").asInt()).isEqualTo(200);
        assertThat(answer.last().path("done_reason").asString()).isEqualTo("length");
    }
}
