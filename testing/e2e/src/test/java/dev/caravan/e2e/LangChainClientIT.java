package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.ollama.OllamaChatModel;
import dev.langchain4j.model.ollama.OllamaEmbeddingModel;
import dev.langchain4j.model.ollama.OllamaModel;
import dev.langchain4j.model.ollama.OllamaModels;
import dev.langchain4j.model.ollama.OllamaStreamingChatModel;
import dev.langchain4j.model.ollama.RunningOllamaModel;
import dev.langchain4j.model.output.FinishReason;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** LangChain4j's client, with nothing but the base URL changed. */
@OnSharedCluster
class LangChainClientIT {

    private static final String TEXT = ClientModels.TEXT;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final ToolSpecification WEATHER =
            ToolSpecification.builder()
                    .name("get_weather")
                    .description("Get the weather")
                    .parameters(
                            JsonObjectSchema.builder()
                                    .addStringProperty("city")
                                    .required("city")
                                    .build())
                    .build();

    private static final ResponseFormat STRUCTURE =
            ResponseFormat.builder()
                    .type(ResponseFormatType.JSON)
                    .jsonSchema(
                            JsonSchema.builder()
                                    .name("state")
                                    .rootElement(
                                            JsonObjectSchema.builder()
                                                    .addBooleanProperty("on")
                                                    .addEnumProperty("kind", List.of("a", "b"))
                                                    .required("on", "kind")
                                                    .build())
                                    .build())
                    .build();

    @Test
    void answersWholeAndInParts(LocalCluster cluster) throws Exception {
        String model = ClientModels.talking(cluster);

        ChatRequest request = ChatRequest.builder().messages(UserMessage.from("hello")).build();
        Collected parts = inParts(cluster, model, request);

        ChatResponse streamed = parts.done();
        assertThat(whole(cluster, model).chat("hello")).isEqualTo(TEXT);
        assertThat(parts.text).hasToString(TEXT);
        assertThat(streamed.aiMessage().text()).isEqualTo(TEXT);
        assertThat(streamed.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(streamed.tokenUsage().outputTokenCount()).isPositive();
    }

    @Test
    void letsAModelCallATool(LocalCluster cluster) throws Exception {
        UserMessage question = UserMessage.from("How is the weather?");
        ChatRequest request =
                ChatRequest.builder().messages(question).toolSpecifications(WEATHER).build();

        AiMessage asked = whole(cluster, ClientModels.calling(cluster)).chat(request).aiMessage();
        ChatResponse inParts = inParts(cluster, ClientModels.calling(cluster), request).done();

        for (AiMessage message : List.of(asked, inParts.aiMessage())) {
            assertThat(message.toolExecutionRequests()).hasSize(1);
            ToolExecutionRequest call = message.toolExecutionRequests().getFirst();
            assertThat(call.name()).isEqualTo("get_weather");
            assertThat(OllamaClient.JSON.readTree(call.arguments()))
                    .hasToString("{\"city\":\"Paris\"}");
        }
        ChatResponse answer =
                whole(cluster, ClientModels.talking(cluster))
                        .chat(
                                ChatRequest.builder()
                                        .messages(
                                                question,
                                                asked,
                                                ToolExecutionResultMessage.from(
                                                        asked.toolExecutionRequests().getFirst(),
                                                        "rain in Paris"))
                                        .toolSpecifications(WEATHER)
                                        .build());
        assertThat(answer.aiMessage().text()).isEqualTo(TEXT);
    }

    @Test
    void getsWhatASchemaSays(LocalCluster cluster) throws Exception {
        ChatRequest request =
                ChatRequest.builder()
                        .messages(UserMessage.from("hello"))
                        .responseFormat(STRUCTURE)
                        .maxOutputTokens(300)
                        .build();
        String model = ClientModels.random(cluster);

        ClientModels.requireStructured(whole(cluster, model).chat(request).aiMessage().text());
        ClientModels.requireStructured(inParts(cluster, model, request).done().aiMessage().text());
    }

    @Test
    void embeds(LocalCluster cluster) {
        var vectors =
                OllamaEmbeddingModel.builder()
                        .baseUrl(url(cluster))
                        .modelName(cluster.oftenEmbedding())
                        .timeout(PATIENCE)
                        .build()
                        .embedAll(List.of(TextSegment.from("a"), TextSegment.from("b")))
                        .content();

        assertThat(vectors).hasSize(2).allMatch(vector -> vector.dimension() > 0);
        assertThat(vectors.getFirst()).isNotEqualTo(vectors.getLast());
    }

    @Test
    void listsShowsAndDeletes(LocalCluster cluster) {
        String model = ClientModels.talking(cluster);
        cluster.load(model);
        String copy = "copy" + cluster.random(1, 1_000_000) + ":latest";
        cluster.client()
                .post(
                        "/api/create",
                        OllamaClient.JSON.createObjectNode().put("model", copy).put("from", model));
        OllamaModels models =
                OllamaModels.builder().baseUrl(url(cluster)).timeout(PATIENCE).build();

        assertThat(models.availableModels().content())
                .extracting(OllamaModel::getName)
                .contains(model, copy);
        assertThat(models.runningModels().content())
                .extracting(RunningOllamaModel::getName)
                .contains(model);
        assertThat(models.modelCard(model).content().getDetails().getFormat()).isEqualTo("gguf");
        models.deleteModel(copy);
        assertThat(models.availableModels().content())
                .extracting(OllamaModel::getName)
                .contains(model)
                .doesNotContain(copy);
    }

    private static String url(LocalCluster cluster) {
        return cluster.client().base().toString();
    }

    private static OllamaChatModel whole(LocalCluster cluster, String model) {
        return OllamaChatModel.builder()
                .baseUrl(url(cluster))
                .modelName(model)
                .timeout(PATIENCE)
                .build();
    }

    private static Collected inParts(LocalCluster cluster, String model, ChatRequest request) {
        Collected collected = new Collected();
        OllamaStreamingChatModel.builder()
                .baseUrl(url(cluster))
                .modelName(model)
                .timeout(PATIENCE)
                .build()
                .chat(request, collected);
        return collected;
    }

    private static final class Collected implements StreamingChatResponseHandler {

        private final StringBuilder text = new StringBuilder();
        private final CompletableFuture<ChatResponse> response = new CompletableFuture<>();

        ChatResponse done() throws Exception {
            return response.get(2, TimeUnit.MINUTES);
        }

        @Override
        public void onPartialResponse(String part) {
            text.append(part);
        }

        @Override
        public void onCompleteResponse(ChatResponse complete) {
            response.complete(complete);
        }

        @Override
        public void onError(Throwable failure) {
            response.completeExceptionally(failure);
        }
    }
}
