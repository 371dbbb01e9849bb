package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.gguf.GgufReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * With the policy {@code exact} the cluster says what a direct engine says, also with four requests
 * at once. The oracle is made before the run, one request at a time.
 */
@OnSharedCluster
class SameTokensIT {

    private static final int PREDICT = 128;
    private static final int PROMPTS = 20;

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"F16", "Q4_K_M"})
    void textAndIdsEqualADirectEngine(String type, LocalCluster cluster) throws Exception {
        String model = cluster.fixture(type, PREDICT + type.length());
        Path file = cluster.modelFile(model);
        assertThat(
                        new GgufReader()
                                .read(file).tensors().stream()
                                        .anyMatch(t -> t.type().name().equals("Q4_K")))
                .describedAs("the file has Q4_K tensors")
                .isEqualTo(type.startsWith("Q4_K"));
        List<String> prompts =
                IntStream.range(0, PROMPTS).mapToObj(n -> cluster.randomText()).toList();
        List<DirectEngine.Told> raw = new ArrayList<>();
        List<DirectEngine.Told> chat = new ArrayList<>();
        try (DirectEngine oracle =
                cluster.oracle(model, DirectEngine.EXACT, folder.resolve("oracle.log"))) {
            for (String prompt : prompts) {
                raw.add(oracle.complete(prompt, PREDICT));
                chat.add(oracle.complete(oracle.template(prompt), PREDICT));
            }
        }

        List<Answer> generated =
                cluster.client()
                        .atOnce(
                                4,
                                "/api/generate",
                                prompts.stream()
                                        .map(
                                                prompt ->
                                                        OllamaClient.generate(
                                                                        model, prompt, PREDICT)
                                                                .put("raw", true))
                                        .toList());
        List<Answer> chatted =
                cluster.client()
                        .atOnce(
                                4,
                                "/api/chat",
                                prompts.stream()
                                        .map(prompt -> OllamaClient.chat(model, prompt, PREDICT))
                                        .toList());
        List<List<Integer>> ids =
                prompts.stream().map(prompt -> cluster.frameIds(model, prompt, PREDICT)).toList();

        assertThat(generated)
                .extracting(Answer::text)
                .isEqualTo(raw.stream().map(DirectEngine.Told::text).toList());
        assertThat(chatted)
                .extracting(Answer::text)
                .isEqualTo(chat.stream().map(DirectEngine.Told::text).toList());
        assertThat(ids).isEqualTo(raw.stream().map(DirectEngine.Told::ids).toList());
        assertThat(raw).extracting(told -> told.ids().size()).containsOnly(PREDICT);
    }
}
