package dev.caravan.worker.adapter.llamacpp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.run.OutputFormat;
import dev.caravan.core.run.SamplingOptions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class CompletionBodyTest {

    private static JsonNode body(OutputFormat format) {
        SamplingOptions options =
                new SamplingOptions(
                        20,
                        7,
                        30,
                        0.5,
                        0.1,
                        0.9,
                        32,
                        0.25,
                        1.5,
                        2,
                        3,
                        6,
                        List.of("\n"),
                        format,
                        Set.of());
        byte[] body =
                CompletionBody.of(
                        new CompletionBody.Start(new int[] {1, 5, 9}, "", List.of()),
                        options,
                        7,
                        20,
                        -1);
        return EngineJson.MAPPER.readTree(new String(body, StandardCharsets.UTF_8));
    }

    @Test
    void sendsAllSamplingValues() {
        JsonNode body = body(new OutputFormat.Text());

        assertThat(body)
                .isEqualTo(
                        EngineJson.MAPPER.readTree(
                                """
                                {"prompt":[1,5,9],"stream":true,"cache_prompt":true,"return_progress":true,
                                 "n_predict":20,"n_keep":6,"seed":7,"temperature":0.25,"top_k":30,"top_p":0.5,"min_p":0.1,
                                 "typical_p":0.9,"repeat_last_n":32,"repeat_penalty":1.5,"presence_penalty":2.0,
                                 "frequency_penalty":3.0,"top_n_sigma":-1,"mirostat":0,"dynatemp_range":0,
                                 "xtc_probability":0,"dry_multiplier":0,"stop":["\\n"]}
                                """));
    }

    @Test
    void constrainsTheAnswerToJson() {
        assertThat(body(new OutputFormat.Json()).get("grammar").stringValue())
                .startsWith("root   ::= object");
        assertThat(body(new OutputFormat.Schema("{\"type\":\"object\"}")).get("json_schema"))
                .isEqualTo(EngineJson.MAPPER.readTree("{\"type\":\"object\"}"));
    }

    @ParameterizedTest
    @CsvSource({"-1,20480", "-2,20480", "1,1", "20480,20480", "20481,20480"})
    void boundsTheAnswerByTenContexts(int asked, int sent) {
        assertThat(SamplingJson.predict(asked, 2048)).isEqualTo(sent);
    }
}
