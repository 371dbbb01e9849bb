package dev.caravan.gateway.dialect.ollama;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.core.cluster.AgentId;
import dev.caravan.core.cluster.ClusterView;
import dev.caravan.core.cluster.ModelEntry;
import dev.caravan.core.cluster.Version;
import dev.caravan.core.model.ByteSize;
import dev.caravan.core.model.Continuation;
import dev.caravan.core.model.ModelDigest;
import dev.caravan.core.model.ModelFacts;
import dev.caravan.core.model.ModelRef;
import dev.caravan.core.run.RunRequest;
import dev.caravan.gateway.mapping.WireRuns;
import dev.caravan.wire.WireJson;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Each option changes its own field of what an agent is sent, and no other. */
class EachOptionTest {

    private static final ClusterView VIEW =
            new ClusterView(
                    new Version(1, 1),
                    List.of(),
                    List.of(
                            new ModelEntry(
                                    ModelRef.parse("toy").orElseThrow(),
                                    new ModelDigest("a".repeat(64)),
                                    new ModelFacts(2, ByteSize.ofMebibytes(1), 64, 0, 64),
                                    Continuation.FLUENT,
                                    Set.of("completion"),
                                    List.of(new AgentId("agent")))),
                    List.of());

    private static RunRequest request(String options) {
        String body = "{\"model\":\"toy\",\"prompt\":\"Hi\",\"options\":{%s}}".formatted(options);
        GoObject read = new OllamaBodyReader().parse(body.getBytes(UTF_8), "GenerateRequest");
        return new CallReader(4096).generate(read, VIEW, "id").request();
    }

    private static ObjectNode sent(String options) {
        return (ObjectNode)
                WireJson.mapper()
                        .valueToTree(WireRuns.message(request(options), "replica"))
                        .path("options");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "num_predict|7|predict|7",
                "num_predict|-2|predict|-2",
                "seed|42|seed|42",
                "seed|4294967297|seed|4294967297",
                "top_k|3|topK|3",
                "top_p|0.25|topP|0.25",
                "min_p|0.05|minP|0.05",
                "typical_p|0.5|typicalP|0.5",
                "repeat_last_n|-1|repeatLastN|-1",
                "temperature|0|temperature|0.0",
                "repeat_penalty|1.1|repeatPenalty|1.1",
                "presence_penalty|0.5|presencePenalty|0.5",
                "frequency_penalty|-0.5|frequencyPenalty|-0.5",
                "num_keep|24|keep|24",
                "stop|[\"a\",\"b\"]|stop|[\"a\",\"b\"]"
            })
    void changesItsOwnFieldAlone(String name, String value, String field, String expected) {
        ObjectNode plain = sent("");

        ObjectNode changed = sent("\"%s\":%s".formatted(name, value));

        assertThat(changed.path(field)).hasToString(expected);
        assertThat(changed.path("named")).hasToString("[\"%s\"]".formatted(name));
        changed.set(field, plain.get(field));
        changed.set("named", plain.get("named"));
        assertThat(changed).isEqualTo(plain);
    }

    @ParameterizedTest
    @CsvSource({
        "num_batch,64,batch",
        "num_gpu,3,gpuLayers",
        "main_gpu,1,mainGpu",
        "num_thread,2,threads",
        "use_mmap,false,mmap"
    })
    void whatConcernsLoadingGoesToWhoeverLoads(String name, String value, String field) {
        RunRequest request = request("\"%s\":%s".formatted(name, value));

        JsonNode loading = WireJson.mapper().valueToTree(WireRuns.loading(request.loading()));

        assertThat(loading).hasToString("{\"%s\":%s}".formatted(field, value));
        assertThat(sent("\"%s\":%s".formatted(name, value))).isEqualTo(sent(""));
    }
}
