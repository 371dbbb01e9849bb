package dev.caravan.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.ollama.OllamaModel;
import dev.langchain4j.model.ollama.OllamaModels;
import dev.langchain4j.model.ollama.OllamaStreamingChatModel;
import dev.langchain4j.model.ollama.RunningOllamaModel;
import dev.langchain4j.model.output.FinishReason;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.ai.ollama.OllamaChatModel;
import org.springframework.ai.ollama.api.OllamaApi;
import org.springframework.ai.ollama.api.OllamaChatOptions;

/** LangChain4j's and Spring AI's clients, with nothing but the base URL changed. */
@ExtendWith(SharedCluster.class)
class JavaClientsIT {

    private static final String TEXT = "A caravan crosses the desert at night.";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Test
    void langChain4jAnswersWholeAndInParts(LocalCluster cluster) throws Exception {
        String model = cluster.saying(TEXT);
        String url = cluster.client().base().toString();
        var whole =
                dev.langchain4j.model.ollama.OllamaChatModel.builder()
                        .baseUrl(url)
                        .modelName(model)
                        .timeout(PATIENCE)
                        .build();
        var parts =
                OllamaStreamingChatModel.builder()
                        .baseUrl(url)
                        .modelName(model)
                        .timeout(PATIENCE)
                        .build();
        Collected collected = new Collected();

        parts.chat("hello", collected);

        ChatResponse streamed = collected.done.get(2, TimeUnit.MINUTES);
        assertThat(whole.chat("hello")).isEqualTo(TEXT);
        assertThat(collected.text).hasToString(TEXT);
        assertThat(streamed.aiMessage().text()).isEqualTo(TEXT);
        assertThat(streamed.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(streamed.tokenUsage().outputTokenCount()).isPositive();
    }

    @Test
    void langChain4jListsAndShows(LocalCluster cluster) {
        String model = cluster.saying(TEXT);
        cluster.load(model);
        OllamaModels models =
                OllamaModels.builder()
                        .baseUrl(cluster.client().base().toString())
                        .timeout(PATIENCE)
                        .build();

        assertThat(models.availableModels().content())
                .extracting(OllamaModel::getName)
                .contains(model);
        assertThat(models.runningModels().content())
                .extracting(RunningOllamaModel::getName)
                .contains(model);
        assertThat(models.modelCard(model).content().getDetails().getFormat()).isEqualTo("gguf");
    }

    @Test
    void springAiAnswersWholeAndInPartsAndLists(LocalCluster cluster) {
        String model = cluster.saying(TEXT);
        OllamaApi api = OllamaApi.builder().baseUrl(cluster.client().base().toString()).build();
        OllamaChatModel chat =
                OllamaChatModel.builder()
                        .ollamaApi(api)
                        .options(OllamaChatOptions.builder().model(model).build())
                        .build();

        assertThat(chat.call("hello")).isEqualTo(TEXT);
        assertThat(String.join("", chat.stream("hello").collectList().block(PATIENCE)))
                .isEqualTo(TEXT);
        assertThat(api.listModels().models()).extracting(OllamaApi.Model::name).contains(model);
        assertThat(api.showModel(new OllamaApi.ShowModelRequest(model)).details().format())
                .isEqualTo("gguf");
    }

    private static final class Collected implements StreamingChatResponseHandler {

        private final StringBuilder text = new StringBuilder();
        private final CompletableFuture<ChatResponse> done = new CompletableFuture<>();

        @Override
        public void onPartialResponse(String part) {
            text.append(part);
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            done.complete(response);
        }

        @Override
        public void onError(Throwable failure) {
            done.completeExceptionally(failure);
        }
    }
}
