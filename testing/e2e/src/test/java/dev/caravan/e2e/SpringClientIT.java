package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.testkit.TestRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.ollama.OllamaChatModel;
import org.springframework.ai.ollama.OllamaEmbeddingModel;
import org.springframework.ai.ollama.api.OllamaApi;
import org.springframework.ai.ollama.api.OllamaApi.ProgressResponse;
import org.springframework.ai.ollama.api.OllamaChatOptions;
import org.springframework.ai.ollama.api.OllamaEmbeddingOptions;
import org.springframework.ai.tool.function.FunctionToolCallback;
import tools.jackson.core.type.TypeReference;

/** Spring AI's client, with nothing but the base URL changed. */
@OnSharedCluster
class SpringClientIT {

    private static final String TEXT = ClientModels.TEXT;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final FunctionToolCallback<City, String> WEATHER =
            FunctionToolCallback.builder(
                            "get_weather",
                            (Function<City, String>) city -> "rain in " + city.city())
                    .description("Get the weather")
                    .inputType(City.class)
                    .build();

    record City(String city) {}

    @TempDir private Path folder;

    @Test
    void answersWholeAndInPartsAndLists(LocalCluster cluster) {
        String model = ClientModels.talking(cluster);
        OllamaApi api = api(cluster);
        OllamaChatModel chat = chat(cluster, model);

        assertThat(chat.call("hello")).isEqualTo(TEXT);
        assertThat(String.join("", chat.stream("hello").collectList().block(PATIENCE)))
                .isEqualTo(TEXT);
        assertThat(api.listModels().models()).extracting(OllamaApi.Model::name).contains(model);
        assertThat(api.showModel(new OllamaApi.ShowModelRequest(model)).details().format())
                .isEqualTo("gguf");
    }

    @Test
    void letsAModelCallATool(LocalCluster cluster) {
        OllamaChatOptions options =
                OllamaChatOptions.builder()
                        .model(ClientModels.calling(cluster))
                        .toolCallbacks(WEATHER)
                        .build();
        UserMessage question = new UserMessage("How is the weather?");
        OllamaChatModel chat = chat(cluster, ClientModels.calling(cluster));

        AssistantMessage asked = output(chat.call(new Prompt(List.of(question), options)));
        List<AssistantMessage.ToolCall> inParts =
                Objects.requireNonNull(
                                chat.stream(new Prompt(List.of(question), options))
                                        .collectList()
                                        .block(PATIENCE))
                        .stream()
                        .flatMap(part -> output(part).getToolCalls().stream())
                        .toList();

        assertThat(asked.getToolCalls()).hasSize(1);
        assertThat(inParts).hasSize(1);
        for (AssistantMessage.ToolCall call :
                List.of(asked.getToolCalls().getFirst(), inParts.getFirst())) {
            assertThat(call.name()).isEqualTo("get_weather");
            assertThat(WEATHER.call(call.arguments())).contains("rain in Paris");
        }
        AssistantMessage.ToolCall call = asked.getToolCalls().getFirst();
        ToolResponseMessage answer =
                ToolResponseMessage.builder()
                        .responses(
                                List.of(
                                        new ToolResponseMessage.ToolResponse(
                                                call.id(),
                                                call.name(),
                                                WEATHER.call(call.arguments()))))
                        .build();
        OllamaChatOptions next =
                OllamaChatOptions.builder()
                        .model(ClientModels.talking(cluster))
                        .toolCallbacks(WEATHER)
                        .build();
        assertThat(text(chat.call(new Prompt(List.of(question, asked, answer), next))))
                .isEqualTo(TEXT);
    }

    @Test
    void getsWhatASchemaSays(LocalCluster cluster) {
        Map<String, Object> schema =
                OllamaClient.JSON.readValue(
                        ClientModels.SCHEMA, new TypeReference<Map<String, Object>>() {});
        OllamaChatOptions options =
                OllamaChatOptions.builder()
                        .model(ClientModels.random(cluster))
                        .format(schema)
                        .numPredict(300)
                        .build();
        OllamaChatModel chat = chat(cluster, ClientModels.random(cluster));
        Prompt prompt = new Prompt("hello", options);

        ClientModels.requireStructured(text(chat.call(prompt)));
        ClientModels.requireStructured(
                Objects.requireNonNull(chat.stream(prompt).collectList().block(PATIENCE)).stream()
                        .map(SpringClientIT::text)
                        .reduce("", String::concat));
    }

    @Test
    void embeds(LocalCluster cluster) {
        OllamaEmbeddingModel model =
                OllamaEmbeddingModel.builder()
                        .ollamaApi(api(cluster))
                        .options(
                                OllamaEmbeddingOptions.builder()
                                        .model(cluster.oftenEmbedding())
                                        .build())
                        .build();

        List<float[]> vectors = model.embed(List.of("a", "b"));

        assertThat(vectors).hasSize(2);
        assertThat(vectors.getFirst()).isNotEmpty().isNotEqualTo(vectors.getLast());
    }

    @Test
    void pullsCopiesAndDeletes(LocalCluster cluster) throws Exception {
        OllamaApi api = api(cluster);
        try (TestRegistry registry = TestRegistry.start()) {
            String name = ClientModels.pulled(cluster, registry, folder);
            String copy = "copy" + cluster.random(1, 1_000_000) + ":latest";

            List<ProgressResponse> steps =
                    api.pullModel(new OllamaApi.PullModelRequest(name, true, null, null, true))
                            .collectList()
                            .block(PATIENCE);
            api.copyModel(new OllamaApi.CopyModelRequest(name, copy));
            api.deleteModel(new OllamaApi.DeleteModelRequest(name));

            assertThat(steps)
                    .extracting(ProgressResponse::status)
                    .startsWith("pulling manifest")
                    .endsWith("writing manifest", "success");
            assertThat(steps)
                    .anyMatch(
                            step -> step.total() != null && step.total().equals(step.completed()));
            assertThat(api.listModels().models())
                    .extracting(OllamaApi.Model::name)
                    .contains(copy)
                    .doesNotContain(name);
            api.deleteModel(new OllamaApi.DeleteModelRequest(copy));
        }
    }

    private static AssistantMessage output(ChatResponse response) {
        return Objects.requireNonNull(response.getResult()).getOutput();
    }

    private static String text(ChatResponse response) {
        return Objects.toString(output(response).getText(), "");
    }

    private static OllamaApi api(LocalCluster cluster) {
        return OllamaApi.builder().baseUrl(cluster.client().base().toString()).build();
    }

    private static OllamaChatModel chat(LocalCluster cluster, String model) {
        return OllamaChatModel.builder()
                .ollamaApi(api(cluster))
                .options(OllamaChatOptions.builder().model(model).build())
                .build();
    }
}
